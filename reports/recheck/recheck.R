# The main analyses of this report once more, in R: metafor for the pairwise ones and for the networks,
# netmeta for the networks too.
#
#   Rscript recheck/recheck.R
#
# It reads the effects that metaan computed (effects.csv, contrasts.csv, each with ten significant digits),
# fits the models again and compares with the numbers that the report shows. It ends with exit status 0 and a
# sentence where all agree, with exit status 1 and the numbers where one does not.
#
# Tolerance: a number agrees if it differs by at most `tolerance` times itself or its scale, whichever is
# larger. The scale is the standard error for estimates and limits, the middle sampling variance for tau2,
# the degrees of freedom for Q, 1 for I2. Networks whose tau2 an optimiser finds (REML, ML) agree within
# `tolerance_network`: an optimiser stops where the likelihood is flat, not where its slope is 0.
#
# Known differences, none of which is a fault:
# - A comparison or network of one study is not fitted again: its estimate is the study's own.
# - With fewer than three studies the report gives no prediction interval, so none is compared.
# - metafor before 2.0 and netmeta before 2.0 lack options that are used here.
# - metafor writes I2 in percent, the report as a share.
# - The interval of tau2 is compared where the search of metafor, which ends at tau2.max, finds both ends.
# - netmeta gives one tau2 for one connected network; parts that no study connects are fitted one by one.
# - Where a network has no degrees of freedom for tau2, the report shows the common-effect estimates.

tolerance <- 1e-6
tolerance_network <- 1e-4

if (!requireNamespace("metafor", quietly = TRUE)) {
  cat("Nothing was run: the package metafor is not installed.\n")
  quit(save = "no", status = 1)
}
suppressWarnings(suppressPackageStartupMessages(library(metafor)))

arguments <- commandArgs(FALSE)
script <- sub("^--file=", "", grep("^--file=", arguments, value = TRUE))
here <- if (length(script)) dirname(script[1]) else "."
text_columns <- c(study = "character", treat1 = "character", treat2 = "character")
frozen <- function(name) {
  path <- file.path(here, name)
  held <- text_columns[intersect(names(text_columns), names(read.csv(path, nrows = 1)))]
  read.csv(path, colClasses = held, na.strings = "", encoding = "UTF-8")
}

compared <- 0
wrong <- character()
unfitted <- character()

agree <- function(about, what, found, expected, scale, within = tolerance) {
  if (is.na(expected)) return(invisible())
  compared <<- compared + 1
  found <- as.numeric(found)[1]
  if (is.na(found) || abs(found - expected) > within * max(abs(expected), scale)) {
    said <- sprintf("%s, %s: R has %.10g, the report %.10g", about, what, found, expected)
    wrong <<- c(wrong, said)
  }
  invisible()
}

# One model of one comparison. `set` names its rows in effects.csv.
pairwise <- function(set, about, method, test, level, expected) {
  rows <- effects[effects$set == set, ]
  middle <- median(rows$vi)
  widest <- 1e4 * (max(rows$vi) + diff(range(rows$yi))^2)
  fit <- NULL
  for (step in if (method %in% c("ML", "REML", "EB")) c(1, 0.5, 0.1) else 1) {
    if (is.null(fit)) {
      control <- list(
        threshold = 1e-10 * middle, tol = 1e-12 * middle, tau2.max = widest, maxiter = 2000, stepadj = step
      )
      fit <- tryCatch(
        suppressWarnings(
          rma(yi, vi, data = rows, method = method, test = test, level = level, control = control)
        ),
        error = function(e) NULL
      )
    }
  }
  about <- sprintf("%s (%s, %s)", about, method, test)
  if (is.null(fit)) {
    unfitted <<- c(unfitted, sprintf("%s: metafor found no fit", about))
    return(invisible())
  }
  se <- expected[["se"]]
  agree(about, "estimate", fit$beta, expected[["estimate"]], se)
  agree(about, "standard error", fit$se, se, se)
  agree(about, "lower limit", fit$ci.lb, expected[["ci_low"]], se)
  agree(about, "upper limit", fit$ci.ub, expected[["ci_high"]], se)
  agree(about, "p-value", fit$pval, expected[["pvalue"]], 1e-4)
  agree(about, "tau2", fit$tau2, expected[["tau2"]], middle)
  agree(about, "I2", fit$I2 / 100, expected[["I2"]], 1)
  agree(about, "Q", fit$QE, expected[["Q"]], nrow(rows) - 1)
  if (!is.na(expected[["pi_low"]])) {
    around <- predict(fit, level = level)
    agree(about, "prediction, lower limit", around$pi.lb, expected[["pi_low"]], se)
    agree(about, "prediction, upper limit", around$pi.ub, expected[["pi_high"]], se)
  }
  if (!is.na(expected[["tau2_low"]])) {
    control <- list(tol = 1e-12 * middle, maxiter = 10000, tau2.max = widest)
    ends <- suppressWarnings(confint(fit, level = level, control = control))$random["tau^2", ]
    if (!anyNA(ends[2:3]) && ends[[3]] < widest) {
      agree(about, "tau2, lower limit", ends[[2]], expected[["tau2_low"]], middle)
      agree(about, "tau2, upper limit", ends[[3]], expected[["tau2_high"]], middle)
    }
  }
  invisible()
}

# The contrasts of one study, its first treatment against each other one, with their covariances.
against_first <- function(rows) {
  nodes <- sort(unique(c(rows$treat1, rows$treat2)))
  first <- nodes[1]
  others <- nodes[-1]
  straight <- function(a, b) which(rows$treat1 == a & rows$treat2 == b)
  effect <- function(a, b) {
    if (length(straight(a, b))) rows$yi[straight(a, b)][1] else -rows$yi[straight(b, a)][1]
  }
  variance <- function(a, b) if (a == b) 0 else rows$sei[c(straight(a, b), straight(b, a))][1]^2
  covariance <- sapply(others, function(a) sapply(others, function(b) {
    (variance(a, first) + variance(b, first) - variance(a, b)) / 2
  }))
  list(
    study = rows$study[1], first = first, others = others,
    yi = sapply(others, function(a) effect(first, a)),
    V = matrix(covariance, length(others))
  )
}

# The optimiser refuses tolerances that the likelihood's last digits cannot meet: the tightest that works.
as_close_as_it_goes <- function(fit) {
  for (relative in c(1e-14, 1e-12, 1e-10, 1e-8)) {
    control <- list(rel.tol = relative, iter.max = 10000, eval.max = 10000)
    found <- tryCatch(suppressWarnings(fit(control)), error = function(e) NULL)
    if (!is.null(found)) return(found)
  }
  NULL
}

# A network as a multivariate model (White et al. 2012): heterogeneity tau2, half of it shared in a study.
network_in_metafor <- function(set, about, method, level, expected) {
  rows <- contrasts[contrasts$set == set, ]
  wanted <- estimates[estimates$set == set, ]
  studies <- lapply(split(rows, factor(rows$study, unique(rows$study))), against_first)
  nodes <- sort(unique(c(rows$treat1, rows$treat2)))
  X <- do.call(rbind, lapply(studies, function(each) {
    part <- matrix(0, length(each$others), length(nodes))
    # Others are negative: rma.mv takes a column of ones for an intercept and moves it to the front.
    part[cbind(seq_along(each$others), match(each$others, nodes))] <- -1
    part[, match(each$first, nodes)] <- 1
    part
  }))[, -1, drop = FALSE]
  flat <- data.frame(
    yi = unlist(lapply(studies, `[[`, "yi")),
    study = rep(seq_along(studies), sapply(studies, function(each) length(each$others))),
    inner = unlist(lapply(studies, function(each) seq_along(each$others)))
  )
  V <- bldiag(lapply(studies, `[[`, "V"))
  common <- rma.mv(yi, V, mods = X, intercept = FALSE, data = flat)
  if (is.na(expected[["tau2"]])) {
    fit <- common
  } else {
    several <- max(flat$inner) > 1
    fit <- as_close_as_it_goes(function(control) {
      if (several) {
        rma.mv(
          yi, V, mods = X, intercept = FALSE, random = ~ inner | study, struct = "CS", rho = 0.5,
          data = flat, method = method, control = control
        )
      } else {
        rma.mv(
          yi, V, mods = X, intercept = FALSE, random = ~ 1 | study, data = flat, method = method,
          control = control
        )
      }
    })
    if (is.null(fit)) {
      unfitted <<- c(unfitted, sprintf("%s: metafor found no fit", about))
      return(invisible())
    }
    middle <- median(rows$sei^2)
    agree(about, "tau2", if (several) fit$tau2 else fit$sigma2, expected[["tau2"]], middle, tolerance_network)
  }
  agree(about, "Q", common$QE, expected[["Q"]], max(1, nrow(X) - ncol(X)))
  for (i in seq_len(nrow(wanted))) {
    this <- wanted[i, ]
    towards <- (nodes == this$treat1) - (nodes == this$treat2)
    pair <- sprintf("%s, %s against %s", about, this$treat1, this$treat2)
    for (one in list(list(fit, "estimate", "se"), list(common, "common_estimate", "common_se"))) {
      found <- sum(towards[-1] * one[[1]]$beta)
      found_se <- sqrt(c(t(towards[-1]) %*% one[[1]]$vb %*% towards[-1]))
      within <- if (one[[2]] == "estimate") tolerance_network else tolerance
      agree(pair, one[[2]], found, this[[one[[2]]]], this[[one[[3]]]], within)
      agree(pair, one[[3]], found_se, this[[one[[3]]]], 0, within)
    }
  }
  invisible()
}

network_in_netmeta <- function(set, about, method, level, expected) {
  rows <- contrasts[contrasts$set == set, ]
  wanted <- estimates[estimates$set == set, ]
  fit <- as_close_as_it_goes(function(control) {
    netmeta::netmeta(
      yi, sei, treat1, treat2, study, data = rows, sm = "MD", level = level / 100,
      level.ma = level / 100, method.tau = if (method == "EE") "DL" else method,
      tol.multiarm = 1e-3, tol.multiarm.se = 1e-3,
      control = if (method %in% c("REML", "ML")) control else NULL
    )
  })
  if (is.null(fit)) {
    unfitted <<- c(unfitted, sprintf("%s: netmeta found no fit", about))
    return(invisible())
  }
  middle <- median(rows$sei^2)
  agree(about, "tau2 in netmeta", fit$tau^2, expected[["tau2"]], middle, tolerance_network)
  agree(about, "Q in netmeta", fit$Q, expected[["Q"]], max(1, fit$df.Q))
  common <- if (is.null(fit$TE.common)) fit$TE.fixed else fit$TE.common
  common_se <- if (is.null(fit$seTE.common)) fit$seTE.fixed else fit$seTE.common
  for (i in seq_len(nrow(wanted))) {
    this <- wanted[i, ]
    pair <- sprintf("%s, %s against %s, in netmeta", about, this$treat1, this$treat2)
    agree(pair, "common_estimate", common[this$treat1, this$treat2], this$common_estimate, this$common_se)
    agree(pair, "common_se", common_se[this$treat1, this$treat2], this$common_se, 0)
    if (is.na(expected[["tau2"]])) next
    random <- fit$TE.random[this$treat1, this$treat2]
    agree(pair, "estimate", random, this$estimate, this$se, tolerance_network)
    random <- fit$seTE.random[this$treat1, this$treat2]
    agree(pair, "se", random, this$se, 0, tolerance_network)
  }
  invisible()
}

with_netmeta <- requireNamespace("netmeta", quietly = TRUE)
not_in_metafor <- 0

network <- function(set, about, method, level, expected) {
  if (method %in% c("REML", "ML") || is.na(expected[["tau2"]])) {
    network_in_metafor(set, about, method, level, expected)
  } else {
    not_in_metafor <<- not_in_metafor + 1
  }
  if (with_netmeta) network_in_netmeta(set, about, method, level, expected)
}

effects <- frozen("effects.csv")
contrasts <- frozen("contrasts.csv")
estimates <- frozen("estimates.csv")

networks <- 8
pairwise(1, "Drowsiness: cyclobenzaprine versus placebo", "EE", "z", 95, c(estimate = 1.078435195, se = 0.1552816629, ci_low = 0.7740887277, ci_high = 1.382781661, pvalue = 3.783904885e-12, tau2 = 0, I2 = 0, Q = 0.5576387972, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(1, "Drowsiness: cyclobenzaprine versus placebo", "REML", "z", 95, c(estimate = 1.078435195, se = 0.1552816629, ci_low = 0.7740887277, ci_high = 1.382781661, pvalue = 3.783904885e-12, tau2 = 0, I2 = 0, Q = 0.5576387972, pi_low = NA, pi_high = NA, tau2_low = 0, tau2_high = 593.4586544))
pairwise(1, "Drowsiness: cyclobenzaprine versus placebo", "REML", "knha", 95, c(estimate = 1.078435195, se = 0.1159569181, ci_low = -0.3949371475, ci_high = 2.551807537, pvalue = 0.06818948281, tau2 = 0, I2 = 0, Q = 0.5576387972, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(1, "Drowsiness: cyclobenzaprine versus placebo", "REML", "adhoc", 95, c(estimate = 1.078435195, se = 0.1552816629, ci_low = -0.8946054065, ci_high = 3.051475795, pvalue = 0.0910398492, tau2 = 0, I2 = 0, Q = 0.5576387972, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(2, "Dry mouth: cyclobenzaprine versus placebo", "EE", "z", 95, c(estimate = 1.12459117, se = 0.181647594, ci_low = 0.7685684274, ci_high = 1.480613912, pvalue = 5.976092011e-10, tau2 = 0, I2 = 0, Q = 0.3821810703, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(2, "Dry mouth: cyclobenzaprine versus placebo", "REML", "z", 95, c(estimate = 1.12459117, se = 0.181647594, ci_low = 0.7685684274, ci_high = 1.480613912, pvalue = 5.976092011e-10, tau2 = 0, I2 = 0, Q = 0.3821810703, pi_low = NA, pi_high = NA, tau2_low = 0, tau2_high = 76.9243373))
pairwise(2, "Dry mouth: cyclobenzaprine versus placebo", "REML", "knha", 95, c(estimate = 1.12459117, se = 0.1122959868, ci_low = -0.3022646304, ci_high = 2.551446969, pvalue = 0.06335960155, tau2 = 0, I2 = 0, Q = 0.3821810703, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(2, "Dry mouth: cyclobenzaprine versus placebo", "REML", "adhoc", 95, c(estimate = 1.12459117, se = 0.181647594, ci_low = -1.18346035, ci_high = 3.432642689, pvalue = 0.1019483625, tau2 = 0, I2 = 0, Q = 0.3821810703, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(3, "Fatigue: cyclobenzaprine versus placebo", "EE", "z", 95, c(estimate = 0.6281601092, se = 0.2891371849, ci_low = 0.06146164013, ci_high = 1.194858578, pvalue = 0.02981547462, tau2 = 0, I2 = 0, Q = 0.2976493341, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(3, "Fatigue: cyclobenzaprine versus placebo", "REML", "z", 95, c(estimate = 0.6281601092, se = 0.2891371849, ci_low = 0.06146164013, ci_high = 1.194858578, pvalue = 0.02981547462, tau2 = 0, I2 = 0, Q = 0.2976493341, pi_low = NA, pi_high = NA, tau2_low = 0, tau2_high = 82.98603386))
pairwise(3, "Fatigue: cyclobenzaprine versus placebo", "REML", "knha", 95, c(estimate = 0.6281601092, se = 0.1577452919, ci_low = -1.376183866, ci_high = 2.632504084, pvalue = 0.1566308006, tau2 = 0, I2 = 0, Q = 0.2976493341, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(3, "Fatigue: cyclobenzaprine versus placebo", "REML", "adhoc", 95, c(estimate = 0.6281601092, se = 0.2891371849, ci_low = -3.045676159, ci_high = 4.301996378, pvalue = 0.2746249513, tau2 = 0, I2 = 0, Q = 0.2976493341, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(4, "Discontinuation for any reason: cyclobenzaprine versus placebo", "EE", "z", 95, c(estimate = 0.1929015115, se = 0.6178652287, ci_low = -1.018092084, ci_high = 1.403895107, pvalue = 0.7548836282, tau2 = 0, I2 = 0, Q = 0.7163026617, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(4, "Discontinuation for any reason: cyclobenzaprine versus placebo", "REML", "z", 95, c(estimate = 0.1929015115, se = 0.6178652287, ci_low = -1.018092084, ci_high = 1.403895107, pvalue = 0.7548836282, tau2 = 0, I2 = 0, Q = 0.7163026617, pi_low = NA, pi_high = NA, tau2_low = 0, tau2_high = 725.6518859))
pairwise(4, "Discontinuation for any reason: cyclobenzaprine versus placebo", "REML", "knha", 95, c(estimate = 0.1929015115, se = 0.52292817, ci_low = -6.451530879, ci_high = 6.837333902, pvalue = 0.7750180835, tau2 = 0, I2 = 0, Q = 0.7163026617, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
pairwise(4, "Discontinuation for any reason: cyclobenzaprine versus placebo", "REML", "adhoc", 95, c(estimate = 0.1929015115, se = 0.6178652287, ci_low = -7.657820584, ci_high = 8.043623607, pvalue = 0.8073477699, tau2 = 0, I2 = 0, Q = 0.7163026617, pi_low = NA, pi_high = NA, tau2_low = NA, tau2_high = NA))
network(1, "Relief of pain, network", "REML", 95, c(tau2 = NA, Q = 0))
network(2, "Function (RMDQ), network", "REML", 95, c(tau2 = NA, Q = 0))
network(3, "Any adverse event, network", "REML", 95, c(tau2 = NA, Q = 0))
network(4, "Drowsiness, network of carisoprodol, cyclobenzaprine, placebo", "REML", 95, c(tau2 = 0, Q = 0.5576387972))
network(5, "Dizziness, network", "REML", 95, c(tau2 = NA, Q = 0))
network(6, "Headache, network", "REML", 95, c(tau2 = NA, Q = 0))
network(7, "Withdrawal due to an adverse event, network", "REML", 95, c(tau2 = NA, Q = 0))
network(8, "Discontinuation for any reason, network", "REML", 95, c(tau2 = 0, Q = 0.7163026617))

cat(sprintf("%d numbers compared, in metafor %s", compared, packageVersion("metafor")))
cat(if (with_netmeta) sprintf(" and netmeta %s.\n", packageVersion("netmeta")) else ".\n")
if (networks > 0 && !with_netmeta) {
  cat("The part in netmeta was not run: the package is not installed.\n")
}
if (not_in_metafor > 0) {
  cat(sprintf("%d networks by a method that metafor lacks were left to netmeta.\n", not_in_metafor))
}
if (length(unfitted)) {
  cat(sprintf("%d models could not be compared:\n", length(unfitted)))
  cat(sprintf("  %s\n", unfitted), sep = "")
}
if (length(wrong)) {
  cat(sprintf("%d numbers differ by more than the tolerance:\n", length(wrong)))
  cat(sprintf("  %s\n", wrong), sep = "")
  quit(save = "no", status = 1)
}
cat("All agree.\n")
