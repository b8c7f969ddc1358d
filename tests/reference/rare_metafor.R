# Regenerates the rows of rare_expected.csv marked metafor 3.8-1. Run in this folder: Rscript rare_metafor.R
# Needs Debian's r-cran-metafor, r-cran-lme4, r-cran-biasedurn and r-cran-numderiv.
suppressMessages(library(metafor))
tables <- read.csv("rare_tables.csv", comment.char = "#")
line <- function(case, model, method, fit) {
  values <- c(fit$beta, fit$se, fit$tau2, logLik(fit), fit$QE.LRT, fit$QE.Wld)
  cat(case, "glmm", model, method, format(values, digits = 14), sep = ",")
  cat("\n")
}
for (case in c("nielweise2007", "collins1985a")) {
  for (model in c("UM.FS", "UM.RS", "CM.EL")) {
    for (method in c("EE", "ML")) {
      control <- if (model == "CM.EL") list() else list(nAGQ = 7)
      fit <- rma.glmm(
        measure = "OR", ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = tables[tables$case == case, ],
        model = model, method = method, control = control
      )
      line(case, model, method, fit)
    }
  }
}
for (measure in c("OR", "RR", "RD")) {
  fit <- rma.mh(measure = measure, ai = ai, n1i = n1i, ci = ci, n2i = n2i, data = tables[tables$case == "bcg", ])
  cat("bcg", "mantel_haenszel", measure, format(c(fit$beta, fit$se, fit$QE, fit$MH), digits = 14), sep = ",")
  cat("\n")
}
