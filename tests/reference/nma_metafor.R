# Prints nma_metafor.csv: run it in this folder, `Rscript nma_metafor.R > nma_metafor.csv`.
# Every study as contrasts against its first arm, the covariance within from the standard errors of all contrasts,
# tau2 with a correlation of one half within a study.
suppressMessages(library(metafor))
all <- read.csv("nma_contrasts.csv", colClasses = c(studlab = "character"))
cat("case,quantity,value\n")
for (case in c("senn2013", "smoking_OR", "stowe2010_MD")) {
  rows <- all[all$case == case, ]
  treatments <- sort(unique(c(rows$treat1, rows$treat2)))
  yi <- c(); blocks <- list(); X <- NULL; study <- c()
  for (name in unique(rows$studlab)) {
    mine <- rows[rows$studlab == name, ]
    arms <- sort(unique(c(mine$treat1, mine$treat2)))
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
      yi <- c(yi, cell(arm, base)[1]); study <- c(study, name)
      X <- rbind(X, (treatments == arm) - (treatments == base))
    }
    blocks <- c(blocks, list(block))
  }
  id <- seq_along(yi)
  for (method in c("REML", "ML")) {
    fit <- rma.mv(yi, bldiag(blocks), mods = ~ 0 + X[, -1], random = ~ factor(id) | study, struct = "CS", rho = 0.5,
                  method = method, control = list(optimizer = "nlminb", rel.tol = 1e-10))
    cat(sprintf("%s,tau2_%s,%.12g\n", case, method, fit$tau2))
    cat(sprintf("%s,TE_%s|%s|vs|%s,%.12g\n", case, method, treatments[-1], treatments[1], coef(fit)), sep = "")
    cat(sprintf("%s,se_%s|%s|vs|%s,%.12g\n", case, method, treatments[-1], treatments[1], fit$se), sep = "")
  }
}
