# What RevMan prints for small made-up trials, from another hand: metafor 3.8.1 (Debian's r-cran-metafor).
# Rscript tests/reference/revman_metafor.R > tests/reference/revman_metafor.csv
# The rules are those of Deeks JJ, Higgins JPT. Statistical algorithms in Review Manager 5. Cochrane 2010:
# Chi2 about the Mantel-Haenszel estimate with inverse-variance weights, and tau2 by DerSimonian-Laird from it;
# g with 1 - 3/(4N - 9) and its variance with N - 3.94.
suppressMessages(library(metafor))
n1 <- c(60, 120, 45); n2 <- c(58, 119, 47)
ai <- c(12, 30, 8); ci <- c(20, 41, 15)
aj <- c(12, 30, 25); cj <- c(20, 41, 10)
m1 <- c(6.1, 5.8, 5.0); s1 <- c(2.4, 2.2, 2.0); m2 <- c(5.0, 4.9, 6.0); s2 <- c(2.6, 2.3, 2.1)
cat("analysis,estimate,ci_low,ci_high,tau2,chi2,df,I2,z\n")
show <- function(name, fit, Q, tau2, back) {
  I2 <- max(0, (Q - 2) / Q) * 100
  figures <- c(back(fit$b), back(fit$ci.lb), back(fit$ci.ub), tau2, Q, 2, I2, abs(fit$zval))
  cat(name, sprintf("%.6f", figures), sep = ","); cat("\n")
}
mh <- rma.mh(ai = ai, n1i = n1, ci = ci, n2i = n2, measure = "OR", correct = FALSE)
show("or-mh-fixed", mh, mh$QE, 0, exp)
rr <- rma.mh(ai = aj, n1i = n1, ci = cj, n2i = n2, measure = "RR")
e <- escalc("RR", ai = aj, n1i = n1, ci = cj, n2i = n2)
w <- 1 / e$vi
tau2 <- max(0, (rr$QE - 2) / (sum(w) - sum(w^2) / sum(w)))
show("rr-mh-random", rma(yi, vi, data = e, tau2 = tau2), rr$QE, tau2, exp)
peto <- rma.peto(ai = ai, n1i = n1, ci = ci, n2i = n2)
show("peto", peto, peto$QE, 0, exp)
N <- n1 + n2
sp <- sqrt(((n1 - 1) * s1^2 + (n2 - 1) * s2^2) / (N - 2))
g <- (m1 - m2) / sp * (1 - 3 / (4 * N - 9))
v <- 1 / n1 + 1 / n2 + g^2 / (2 * (N - 3.94))
smd <- rma(g, v, method = "DL")
show("smd-iv-random", smd, smd$QE, smd$tau2, identity)
md <- rma(yi, vi, data = escalc("MD", m1i = m1, sd1i = s1, n1i = n1, m2i = m2, sd2i = s2, n2i = n2), method = "FE")
show("md-iv-fixed", md, md$QE, 0, identity)
giv <- rma(c(-0.3, -0.1, 0.2), sei = c(0.2, 0.15, 0.25), method = "FE")
show("or-giv-fixed", giv, giv$QE, 0, exp)
rd <- rma(yi, vi, data = escalc("RD", ai = ai, n1i = n1, ci = ci, n2i = n2), method = "FE")
show("rd-iv-fixed", rd, rd$QE, 0, identity)
