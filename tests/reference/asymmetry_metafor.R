# Prints asymmetry_metafor.csv from asymmetry_data.csv. Run from this folder:
#   Rscript asymmetry_metafor.R > asymmetry_metafor.csv
# Made with metafor 3.8-1 (Debian), iterated as tightly as it can; no test needs R.
suppressMessages(library(metafor))
data <- read.csv("asymmetry_data.csv", comment.char = "#")
tight <- list(threshold = 1e-13, tol = 1e-13, maxiter = 100000)
number <- function(x) sprintf("%.12g", x)
row <- function(...) cat(paste(c(...), collapse = ","), "\n", sep = "")
cat("# regtest(), ranktest(), influence(), baujat() and trimfill() of metafor 3.8-1, R 4.2.2\n")
cat("case,method,what,study,value,pvalue\n")
for (case in unique(data$case)) {
  rows <- data[data$case == case, ]
  es <- escalc(measure = rows$measure[1], ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = rows)
  for (method in c("REML", "DL", "FE")) {
    fit <- rma(yi, vi, data = es, method = method, control = tight)
    name <- if (method == "FE") "EE" else method
    test <- regtest(fit)
    row(case, name, "regression", 0, number(test$zval), number(test$pval))
    if (method == "REML") {
      lm <- regtest(fit, model = "lm")
      row(case, "", "egger", 0, number(lm$zval), number(lm$pval))
      ranks <- suppressWarnings(ranktest(fit))
      row(case, "", "begg", 0, number(ranks$tau), number(ranks$pval))
    }
    found <- influence(fit)
    table <- as.data.frame(found$inf)
    table$dfbetas <- found$dfbs[[1]]
    for (what in c("rstudent", "dffits", "dfbetas", "cook.d", "cov.r", "tau2.del", "QE.del", "hat"))
      for (i in seq_len(fit$k)) row(case, name, what, i, number(table[[what]][i]), "")
    pdf(NULL)
    points <- baujat(fit)
    for (what in c("x", "y"))
      for (i in seq_len(fit$k)) row(case, name, paste0("baujat.", what), i, number(points[[what]][i]), "")
  }
}
for (case in unique(data$case)) {
  rows <- data[data$case == case, ]
  es <- escalc(measure = rows$measure[1], ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = rows)
  for (method in c("REML", "DL", "FE")) {
    fit <- rma(yi, vi, data = es, method = method, control = tight)
    for (side in c("auto", "left", "right")) {
      found <- trimfill(fit, side = if (side == "auto") NULL else side, control = tight)
      name <- if (method == "FE") "EE" else method
      row(case, name, paste0("trimfill.", side), found$k0, number(found$beta), found$side)
    }
  }
}
