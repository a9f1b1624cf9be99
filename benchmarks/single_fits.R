# Time survival's single fits on one cohort; each ends with the curve and its limits, or the table.
# Rscript single_fits.R cohort.csv seconds   (columns duration, event, age, spread, expert)
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1])
budget <- as.numeric(arguments[2])

used <- function(run, times) {
  before <- sum(proc.time()[c("user.self", "sys.self")])
  for (i in seq_len(times)) run()
  sum(proc.time()[c("user.self", "sys.self")]) - before
}

# The clock counts milliseconds: the quickest of several batches that take 50 of them.
best <- function(run) {
  times <- 1
  while ((took <- used(run, times)) < 0.05) times <- 2 * times
  quickest <- took
  spent <- took
  while (spent < budget) {
    took <- used(run, times)
    quickest <- min(quickest, took)
    spent <- spent + took
  }
  quickest / times
}

tasks <- list(
  "Kaplan-Meier, limits" =
    function() survfit(Surv(duration, event) ~ 1, d, conf.type = "log-log"),
  "log-rank" = function() survdiff(Surv(duration, event) ~ expert, d),
  "Cox, 3 covariates, Efron" =
    function() summary(coxph(Surv(duration, event) ~ age + spread + expert, d))
)
for (task in names(tasks)) cat(task, best(tasks[[task]]), sep = "\t", fill = TRUE)
cat("version", paste0("R ", R.version$major, ".", R.version$minor, ", its survival ",
                      packageVersion("survival")), sep = "\t", fill = TRUE)
