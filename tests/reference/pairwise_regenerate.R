# Prints the fits of pairwise_metafor_fits.csv again from pairwise_metafor_yv.csv. Run from this folder:
#   Rscript pairwise_regenerate.R
# Older versions of metafor lack DLIT's fixed point and stop earlier; the committed file is from 5.1-12.
suppressMessages(library(metafor))
data <- read.csv("pairwise_metafor_yv.csv", comment.char = "#")
fits <- read.csv("pairwise_metafor_fits.csv", comment.char = "#")
for (i in seq_len(nrow(fits))) {
  rows <- data[data$case == fits$case[i], ]
  fit <- tryCatch(
    rma(rows$yi, rows$vi, method = fits$method[i], test = fits$test[i],
        control = list(threshold = 1e-12, maxiter = 10000)),
    error = function(e) NULL)
  if (is.null(fit)) {
    cat(fits$case[i], fits$method[i], fits$test[i], "failed\n")
    next
  }
  cat(fits$case[i], fits$method[i], fits$test[i],
      sprintf("%.12g", c(fit$beta[1], fit$se, fit$tau2, fit$I2, fit$H2)), "\n")
}
