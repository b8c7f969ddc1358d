# Prints nma_inconsistency.csv: run it in this folder, `Rscript nma_inconsistency.R > nma_inconsistency.csv`.
# metafor 3.8-1. Every study as contrasts against its first arm, the covariance within from the standard errors of
# all contrasts, tau2 with a correlation of one half within a study.
suppressMessages(library(metafor))
all <- read.csv("nma_contrasts.csv", colClasses = c(studlab = "character"))
tau2s <- read.csv("nma_metafor.csv")
say <- function(case, name, value) cat(sprintf("%s,%s,%.12g\n", case, name, value))

read_case <- function(rows, treatments) {
  out <- list(yi = c(), blocks = list(), halves = list(), X = NULL, study = c(), design = c())
  for (name in unique(rows$studlab)) {
    mine <- rows[rows$studlab == name, ]
    arms <- sort(unique(c(mine$treat1, mine$treat2)), method = "radix")
    cell <- function(one, two) {
      direct <- mine$treat1 == one & mine$treat2 == two
      back <- mine$treat1 == two & mine$treat2 == one
      if (any(direct)) c(mine$TE[direct], mine$seTE[direct]^2) else c(-mine$TE[back], mine$seTE[back]^2)
    }
    base <- arms[1]; rest <- arms[-1]
    block <- matrix(0, length(rest), length(rest))
    for (i in seq_along(rest)) for (j in seq_along(rest)) {
      between <- if (i == j) 0 else cell(rest[i], rest[j])[2]
      block[i, j] <- (cell(rest[i], base)[2] + cell(rest[j], base)[2] - between) / 2
    }
    for (arm in rest) {
      out$yi <- c(out$yi, cell(arm, base)[1]); out$study <- c(out$study, name)
      out$design <- c(out$design, paste(arms, collapse = ":"))
      out$X <- rbind(out$X, (treatments == arm) - (treatments == base))
    }
    out$blocks <- c(out$blocks, list(block))
    out$halves <- c(out$halves, list((diag(length(rest)) + 1) / 2))
  }
  out
}

# Residual Q of contrasts y with covariance V on the columns that are not aliased.
residual <- function(y, V, X) {
  keep <- qr(X); X <- X[, keep$pivot[seq_len(keep$rank)], drop = FALSE]
  if (ncol(X) == nrow(X)) return(c(0, 0))
  fit <- rma.mv(y, V, mods = ~ 0 + X, method = "FE")
  c(fit$QE, nrow(X) - ncol(X))
}

cat("case,quantity,value\n")
for (case in c("senn2013", "smoking_OR", "stowe2010_MD", "woods2010_OR", "parkinson_MD")) {
  rows <- all[all$case == case, ]
  treatments <- sort(unique(c(rows$treat1, rows$treat2)), method = "radix")
  d <- read_case(rows, treatments)
  V <- bldiag(d$blocks); B <- bldiag(d$halves)
  whole <- residual(d$yi, V, d$X)

  # Q profile of the whole network
  for (tail in c("low", "high")) {
    target <- qchisq(if (tail == "low") 0.975 else 0.025, whole[2])
    off <- function(t) residual(d$yi, V + t * B, d$X)[1] - target
    value <- if (off(0) <= 0) 0 else uniroot(off, c(0, 1e4 * median(diag(V))), tol = 1e-14, maxiter = 1000)$root
    say(case, paste0("tau2_", tail), value)
  }

  # Q between designs after detaching each one
  own <- do.call(cbind, lapply(unique(d$design), function(design) d$X * (d$design == design)))
  within <- residual(d$yi, V, own)
  for (design in unique(d$design)) {
    left <- residual(d$yi, V, cbind(d$X, d$X * (d$design == design))) - within
    if (left[2] == whole[2] - within[2]) next
    say(case, paste0("detached_Q|", design), left[1]); say(case, paste0("detached_dof|", design), left[2])
  }

  # SIDDE: the network without the studies that compare both
  tau2 <- tau2s$value[tau2s$case == case & tau2s$quantity == "tau2_REML"]
  pairs <- unique(t(apply(rows[, c("treat1", "treat2")], 1, sort, method = "radix")))
  pairs <- pairs[order(pairs[, 1], pairs[, 2], method = "radix"), , drop = FALSE]
  for (p in seq_len(nrow(pairs))) {
    one <- pairs[p, 1]; two <- pairs[p, 2]
    has <- function(name, arm) grepl(paste0(":", arm, ":"), paste0(":", name, ":"), fixed = TRUE)
    keep <- !(has(d$design, one) & has(d$design, two))
    for (method in c("EE", if (length(tau2)) "REML")) {
      W <- V + (if (method == "REML") tau2 else 0) * B
      X <- d$X[keep, , drop = FALSE]
      # effects against treatment two; of other parts of the network none is wanted
      others <- treatments != two
      linked <- one
      repeat {
        joined <- rowSums(abs(X[, treatments %in% linked, drop = FALSE])) > 0
        more <- treatments[colSums(abs(X[joined, , drop = FALSE])) > 0]
        if (all(more %in% linked)) break
        linked <- union(linked, more)
      }
      if (!(two %in% linked)) { say(case, paste0("sidde_", method, "|", one, "|", two), NA); next }
      Xp <- X[joined, others & treatments %in% linked, drop = FALSE]
      colnames(Xp) <- treatments[others & treatments %in% linked]
      fit <- rma.mv(d$yi[keep][joined], W[keep, keep][joined, joined], mods = ~ 0 + Xp, method = "FE")
      # metafor takes a column of ones for the intercept and puts it first
      ones <- apply(Xp == 1, 2, all)
      place <- which(c(colnames(Xp)[ones], colnames(Xp)[!ones]) == one)
      say(case, paste0("sidde_", method, "|", one, "|", two), coef(fit)[place])
      say(case, paste0("sidde_se_", method, "|", one, "|", two), fit$se[place])
    }
  }
}

# Studies of two arms only: a meta-regression, whose Q profile metafor computes itself.
for (case in c("senn2013", "smoking_OR", "stowe2010_MD")) {
  rows <- all[all$case == case, ]
  rows <- rows[!rows$studlab %in% rows$studlab[duplicated(rows$studlab)], ]
  treatments <- sort(unique(c(rows$treat1, rows$treat2)), method = "radix")
  X <- outer(rows$treat1, treatments[-1], "==") - outer(rows$treat2, treatments[-1], "==")
  fit <- rma(rows$TE, rows$seTE^2, mods = ~ 0 + X, method = "DL", control = list(maxiter = 1000))
  for (level in c(95, 80)) {
    found <- confint(fit, level = level, digits = 12, control = list(tol = 1e-14, maxiter = 10000))$random
    for (name in c("tau^2", "I^2(%)", "H^2")) {
      short <- c("tau^2" = "tau2", "I^2(%)" = "I2", "H^2" = "H2")[name]
      unit <- if (short == "I2") 100 else 1
      say(case, paste0("two_arms_", short, "_low_", level), found[name, "ci.lb"] / unit)
      say(case, paste0("two_arms_", short, "_high_", level), found[name, "ci.ub"] / unit)
    }
  }
}
