# Prints nma_additive.csv: run it in this folder, `Rscript nma_additive.R > nma_additive.csv`.
# Every study as contrasts against its first arm, the covariance within from the standard errors of all contrasts,
# tau2 with a correlation of one half within a study; the moderators are differences of components, or of treatments
# and their products with the study's year of publication.
suppressMessages(library(metafor))
cat("case,quantity,value\n")

as_contrasts <- function(rows) {
  treatments <- sort(unique(c(rows$treat1, rows$treat2)), method = "radix")
  yi <- c(); blocks <- list(); X <- NULL; study <- c(); year <- c()
  for (name in unique(rows$study)) {
    mine <- rows[rows$study == name, ]
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
      yi <- c(yi, cell(arm, base)[1]); study <- c(study, name); year <- c(year, mine$year[1])
      X <- rbind(X, (treatments == arm) - (treatments == base))
    }
    blocks <- c(blocks, list(block))
  }
  colnames(X) <- treatments
  list(yi = yi, V = bldiag(blocks), X = X, study = study, year = year)
}

fit <- function(data, X, method) {
  id <- seq_along(data$yi); study <- data$study
  rma.mv(data$yi, data$V, mods = ~ 0 + X, random = ~ factor(id) | study, struct = "CS", rho = 0.5,
         method = method, control = list(optimizer = "nlminb", rel.tol = 1e-10))
}

show <- function(case, quantity, values) cat(sprintf("%s,%s,%.12g\n", case, quantity, values), sep = "")

linde <- read.csv("nma_linde2016.csv", colClasses = c(study = "character"))
data <- as_contrasts(linde)
parts <- lapply(strsplit(colnames(data$X), "+", fixed = TRUE), trimws)
components <- setdiff(sort(unique(unlist(parts)), method = "radix"), "Placebo")
C <- t(sapply(parts, function(part) as.numeric(components %in% part)))
for (method in c("REML", "ML")) {
  additive <- fit(data, data$X %*% C, method)
  show("linde2016_additive", paste0("tau2_", method), additive$tau2)
  if (method == "REML") show("linde2016_additive", "Q", additive$QE)
  show("linde2016_additive", paste0("effect_", method, "|", components), coef(additive))
  show("linde2016_additive", paste0("se_", method, "|", components), additive$se)
  standard <- fit(data, data$X[, colnames(data$X) != "Placebo"], method)
  show("linde2016_additive", paste0("tau2_standard_", method), standard$tau2)
  if (method == "REML") show("linde2016_additive", "Q_standard", standard$QE)
}
X <- data$X %*% C
common <- rma.mv(data$yi, data$V, mods = ~ 0 + X)
show("linde2016_additive", paste0("effect_EE|", components), coef(common))
show("linde2016_additive", paste0("se_EE|", components), common$se)

# Year of publication: common slope against the reference, or a slope for each treatment that has one.
regression <- function(case, rows, reference, sloped, centre) {
  data <- as_contrasts(rows)
  active <- setdiff(colnames(data$X), reference)
  X <- data$X[, active]
  year <- data$year - centre
  for (method in c("REML", "ML")) {
    show(case, paste0("tau2_without_", method), fit(data, X, method)$tau2)
    common <- fit(data, cbind(X, rowSums(X) * year), method)
    last <- length(active) + 1
    show(case, paste0("tau2_common_", method), common$tau2)
    if (method == "REML") show(case, "Q_common", common$QE)
    show(case, paste0("slope_common_", method), coef(common)[last])
    show(case, paste0("slope_se_common_", method), common$se[last])
    show(case, paste0("slope_p_common_", method), common$pval[last])
    show(case, paste0("effect_common_", method, "|", active), coef(common)[-last])
    show(case, paste0("effect_se_common_", method, "|", active), common$se[-last])
    if (length(sloped) == 0) next
    own <- fit(data, cbind(X, X[, sloped] * year), method)
    places <- length(active) + seq_along(sloped)
    show(case, paste0("tau2_independent_", method), own$tau2)
    if (method == "REML") show(case, "Q_independent", own$QE)
    show(case, paste0("slope_independent_", method, "|", sloped), coef(own)[places])
    show(case, paste0("slope_se_independent_", method, "|", sloped), own$se[places])
    test <- anova(own, btt = places)
    show(case, paste0("QM_independent_", method), test$QM)
    show(case, paste0("QM_p_independent_", method), test$QMp)
  }
}
senn <- read.csv("nma_contrasts.csv", colClasses = c(studlab = "character"))
senn <- senn[senn$case == "senn2013", ]
senn$study <- senn$studlab
senn$year <- as.numeric(gsub("[^0-9]", "", senn$studlab))
regression("senn2013_year", senn, "plac", c("acar", "benf", "metf", "migl", "piog", "rosi", "sulf"), 2000)
regression("linde2016_year", linde, "Placebo", c(), 2000)
