# Prints regression_metafor.csv from regression_data.csv. Run from this folder:
#   Rscript regression_regenerate.R > regression_metafor.csv
# Made with metafor 3.8-1 (Debian), iterated as tightly as it can; no test needs R.
suppressMessages(library(metafor))
data <- read.csv("regression_data.csv", comment.char = "#")
tight <- list(threshold = 1e-13, tol = 1e-13, maxiter = 100000)
number <- function(x) sprintf("%.12g", x)
cat("# rma() of metafor 3.8-1, R 4.2.2; a row for each coefficient, or for the whole fit where term is 'fit'\n")
cat("case,model,method,test,term,estimate,se,stat,pvalue,ci_low,ci_high,vif,tau2,se_tau2,I2,H2,R2,QE,QEp,QM,QMp\n")
models <- list(
  bcg = list(~ x1, ~ x1 + x2, ~ factor(group)),
  berkey1995 = list(~ x1),
  linde2005 = list(~ x1, ~ x1 + x2 + x3, ~ factor(group)))
for (case in names(models)) {
  rows <- data[data$case == case, ]
  for (model in models[[case]]) {
    for (method in c("FE", "DL", "HE", "HS", "HSk", "SJ", "ML", "REML", "EB", "PM")) {
      for (test in c("z", "t", "knha", "adhoc")) {
        if (test %in% c("t", "adhoc") && !(method %in% c("DL", "REML"))) next
        fit <- tryCatch(
          suppressWarnings(rma(yi, vi, mods = model, data = rows, method = method, test = test, control = tight)),
          error = function(e) NULL)
        if (is.null(fit)) next
        start <- paste(case, gsub(" ", "", paste(deparse(model), collapse = "")),
                       if (method == "FE") "EE" else method, test, sep = ",")
        inflation <- rep(NA, fit$p)
        if (fit$p > 2) inflation <- c(NA, as.vector(vif(fit)$vifs))
        for (j in seq_len(fit$p))
          cat(start, rownames(fit$beta)[j], number(fit$beta[j]), number(fit$se[j]), number(fit$zval[j]),
              number(fit$pval[j]), number(fit$ci.lb[j]), number(fit$ci.ub[j]), number(inflation[j]),
              ",,,,,,,,\n", sep = ",")
        r2 <- if (is.null(fit$R2)) NA else fit$R2
        cat(start, "fit,,,,,,,", number(fit$tau2), number(fit$se.tau2), number(fit$I2), number(fit$H2),
            number(r2), number(fit$QE), number(fit$QEp), number(fit$QM), number(fit$QMp), sep = ",")
        cat("\n")
      }
    }
  }
}
