# Prints the rows of pairwise_escalc.csv that this version of metafor computes otherwise. Run from this folder:
#   Rscript pairwise_escalc.R
# The committed file is from 5.1-12. metafor 3.8 has no second-order correction in ROM, CVR and ROMC, another
# variance of SMDH, and needs the package gsl for UCOR. The rows of to=if0all were computed together, so that singly
# two of them differ in every version.
suppressMessages(library(metafor))
options(warn = -1)
rows <- read.csv("pairwise_escalc.csv", comment.char = "#")
for (i in seq_len(nrow(rows))) {
  parts <- strsplit(strsplit(rows$cells[i], " ")[[1]], "=")
  arguments <- setNames(lapply(parts, function(part) as.numeric(part[2])), sapply(parts, `[`, 1))
  if (rows$options[i] != "") {
    option <- strsplit(rows$options[i], "=")[[1]]
    arguments[[option[1]]] <- option[2]
  }
  found <- tryCatch(do.call(escalc, c(list(measure = rows$measure[i]), arguments)), error = function(e) NULL)
  same <- !is.null(found) && isTRUE(all.equal(c(as.numeric(found$yi), found$vi), c(rows$yi[i], rows$vi[i]),
                                              tolerance = 1e-12))
  if (!same) {
    cat(rows$measure[i], rows$options[i], rows$cells[i], if (is.null(found)) "failed" else
      sprintf("%.15g", c(found$yi, found$vi)), "\n")
  }
}
