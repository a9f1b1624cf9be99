# The loop a statistician would write: survival's formula interface, all standard errors.
# Rscript two_arm_loop.R trials.csv months results.csv   (columns replicate, arm, time, death)
suppressPackageStartupMessages(library(survival))
arguments <- commandArgs(trailingOnly = TRUE)
trials <- read.csv(arguments[1])
months <- as.numeric(arguments[2])
trials <- split(trials, trials$replicate)
results <- matrix(NA_real_, length(trials), 8)
started <- sum(proc.time()[c("user.self", "sys.self")])
for (i in seq_along(trials)) {
  trial <- trials[[i]]
  model <- coxph(Surv(time, death) ~ arm, data = trial, ties = "efron",
                 control = coxph.control(eps = 1e-14, iter.max = 50))
  test <- survdiff(Surv(time, death) ~ arm, data = trial)
  curves <- survfit(Surv(time, death) ~ arm, data = trial)
  at <- summary(curves, times = months, extend = TRUE)
  means <- summary(curves, rmean = months)$table
  results[i, ] <- c(coef(model), sqrt(vcov(model)[1, 1]),
                    test$obs[2] - test$exp[2], test$var[2, 2],
                    diff(at$surv), sqrt(sum(at$std.err^2)),
                    diff(means[, "rmean"]), sqrt(sum(means[, "se(rmean)"]^2)))
}
used <- sum(proc.time()[c("user.self", "sys.self")]) - started
colnames(results) <- c("cox", "cox_se", "score", "score_variance",
                       "survival", "survival_se", "rmst", "rmst_se")
write.csv(format(as.data.frame(results), digits = 17), arguments[3], row.names = FALSE,
          quote = FALSE)
cat(used / length(trials), as.character(packageVersion("survival")),
    R.version$major, R.version$minor, "\n")
