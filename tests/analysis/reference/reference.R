# Writes what R's survival package says about the cases that make_reference.py laid out.
# Usage: Rscript reference.R FOLDER   (cases.csv and one CSV per case in FOLDER)
suppressMessages(library(survival))
folder <- commandArgs(trailingOnly = TRUE)[1]
cases <- read.csv(file.path(folder, "cases.csv"), stringsAsFactors = FALSE)
control <- suppressWarnings(coxph.control(eps = 1e-14, iter.max = 60, toler.chol = 1e-14))
connection <- file(file.path(folder, "expected.csv"), "w")
writeLines("case,quantity,value", connection)
emit <- function(case, quantity, values) {
  values <- as.numeric(unlist(values))
  text <- ifelse(is.na(values), "", formatC(values, digits = 14, format = "g"))
  writeLines(paste(case, paste0(quantity, "[", seq_along(values) - 1, "]"), text, sep = ","),
             connection)
}

# Infinitesimal-jackknife error of the restricted mean, from the influence on the curve.
robust_rmst_se <- function(y, weights, tau) {
  d <- data.frame(w = weights, id = seq_along(weights))
  d$y <- y
  fit <- survfit(y ~ 1, data = d, weights = w, influence = TRUE, id = id)
  stopifnot(isTRUE(all.equal(sqrt(colSums(fit$influence.surv^2)), fit$std.err)))
  keep <- fit$time <= tau
  width <- diff(c(fit$time[keep], tau))
  sqrt(sum((fit$influence.surv[, keep, drop = FALSE] %*% width)^2))
}

for (i in seq_len(nrow(cases))) {
  k <- cases[i, ]
  d <- read.csv(file.path(folder, paste0(k$case, ".csv")))
  d[] <- lapply(d, as.numeric)
  times <- c(k$time_1, k$time_2, k$time_3)
  d$w <- if ("weights" %in% names(d)) d$weights else 1
  late <- "entry" %in% names(d)
  d$y <- if (late) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
  fractional <- any(d$w != floor(d$w))
  weighted <- "weights" %in% names(d)

  for (g in sort(unique(d$group))) {
    part <- d[d$group == g, ]
    name <- function(q) paste0(q, ".", g)
    for (scale in c("log-log", "log", "plain")) {
      fit <- if (weighted) survfit(y ~ 1, part, weights = w, conf.type = scale)
             else survfit(y ~ 1, part, conf.type = scale)
      s <- suppressWarnings(summary(fit, times = times))
      emit(k$case, name(paste0("km_low_", scale)), s$lower)
      emit(k$case, name(paste0("km_high_", scale)), s$upper)
    }
    emit(k$case, name("km"), s$surv)
    emit(k$case, name("km_se"), s$std.err)
    emit(k$case, name("km_events"), cumsum(s$n.event))
    if (!late) emit(k$case, name("km_risk"), s$n.risk)
    fit <- if (weighted) survfit(y ~ 1, part, weights = w, conf.type = "log-log")
           else survfit(y ~ 1, part, conf.type = "log-log")
    q <- suppressWarnings(quantile(fit, c(0.25, 0.5)))
    emit(k$case, name("quantile"), q$quantile)
    emit(k$case, name("quantile_low"), q$lower)
    emit(k$case, name("quantile_high"), q$upper)
    m <- survival:::survmean(fit, rmean = k$tau)$matrix
    emit(k$case, name("rmst"), m[["rmean"]])
    se <- if (fractional) robust_rmst_se(part$y, part$w, k$tau) else m[["se(rmean)"]]
    emit(k$case, name("rmst_se"), se)
    if ("cause" %in% names(part)) {
      part$cause <- factor(part$cause, 0:2)
      fit <- if (weighted) survfit(Surv(time, cause) ~ 1, part, weights = w)
             else survfit(Surv(time, cause) ~ 1, part)
      s <- suppressWarnings(summary(fit, times = times))
      emit(k$case, name("aj_1"), s$pstate[, 2])
      emit(k$case, name("aj_2"), s$pstate[, 3])
      emit(k$case, name("aj_se_1"), s$std.err[, 2])
      emit(k$case, name("aj_se_2"), s$std.err[, 3])
      emit(k$case, name("aj_low_1"), s$lower[, 2])
    }
  }

  emit(k$case, "logrank", survdiff(Surv(time, event) ~ group, d)$chisq)
  if ("strata" %in% names(d))
    emit(k$case, "logrank_strata", survdiff(Surv(time, event) ~ group + strata(strata), d)$chisq)

  x <- grep("^x[0-9]+$", names(d), value = TRUE)
  terms <- paste(x, collapse = " + ")
  if ("strata" %in% names(d)) terms <- paste(terms, "+ strata(strata)")
  model <- as.formula(paste("y ~", terms))
  call <- list(formula = model, data = d, ties = k$ties, control = control)
  if (weighted) call$weights <- d$w
  if ("cluster" %in% names(d)) call$cluster <- d$cluster
  fit <- suppressWarnings(do.call(coxph, call))
  # R stops at a change of the likelihood; once more from there is the maximum to 1e-14.
  call$init <- coef(fit)
  again <- suppressWarnings(do.call(coxph, call))
  emit(k$case, "cox", coef(again))
  emit(k$case, "cox_se", sqrt(diag(vcov(again))))
  emit(k$case, "cox_loglik", again$loglik[2])
  emit(k$case, "cox_null", fit$loglik[1])
  emit(k$case, "cox_score", fit$score)
  emit(k$case, "concordance", again$concordance[["concordance"]])
  for (scale in c("km", "rank", "identity")) {
    z <- cox.zph(again, transform = scale)$table
    emit(k$case, paste0("zph_", scale), z[, 1])
  }
}
close(connection)
cat(sprintf("R %s, survival %s\n", getRversion(), packageVersion("survival")))
