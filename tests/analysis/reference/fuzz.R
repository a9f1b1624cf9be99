# Asks R's survival package about many data sets at once; fuzz_answers.py lays them out.
# Usage: Rscript fuzz.R FOLDER   (rows.csv and sets.csv in FOLDER; numbers in hexadecimal)
#
# Every answer is a row "set,quantity,index,value,said" of answers.csv. Where R refuses, the row has no
# value and says "refused: ..."; a warning is a row of its own, "warned: ...".
suppressMessages(library(survival))
folder <- commandArgs(trailingOnly = TRUE)[1]
table_of <- function(name) read.csv(file.path(folder, name), colClasses = "character")
numbers <- function(text) suppressWarnings(as.numeric(text))
control <- suppressWarnings(coxph.control(eps = 1e-14, iter.max = 100))
lines <- character()

emit <- function(set, quantity, values, said = "") {
  values <- as.numeric(values)
  text <- ifelse(is.na(values), "", sprintf("%.17g", values))
  index <- if (length(values)) seq_along(values) - 1 else -1
  said <- gsub("[\",\n]", " ", said)
  lines <<- c(lines, paste(set, quantity, index, text, said, sep = ","))
}

# Value of an expression; what R warns of is recorded, and where it refuses, NULL.
ask <- function(set, quantity, expression) tryCatch(
  withCallingHandlers(expression, warning = function(w) {
    emit(set, quantity, numeric(), paste("warned:", conditionMessage(w)))
    invokeRestart("muffleWarning")
  }),
  error = function(e) {
    emit(set, quantity, numeric(), paste("refused:", conditionMessage(e)))
    NULL
  })
answer <- function(set, quantity, expression) {
  values <- ask(set, quantity, expression)
  if (!is.null(values)) emit(set, quantity, values)
}

# One group of a fit with several, and what it says at `times`; nothing beyond its last time.
one_group <- function(fit, group, labels) {
  if (length(labels) == 1) return(fit)
  if (inherits(fit, "survfitms")) fit[match(group, labels), ] else fit[match(group, labels)]
}
read <- function(fit, times, names) {
  s <- suppressWarnings(summary(fit, times = times, extend = TRUE))
  s$n.event <- if (is.matrix(s$n.event)) NULL else cumsum(s$n.event)
  beyond <- times > max(fit$time)
  counts <- names(s[names]) %in% c("n.risk", "n.event")
  s[names][!counts] <- lapply(s[names][!counts], function(v) {
    v <- as.matrix(v)
    v[beyond, ] <- NA
    v
  })
  s[names]
}

# Infinitesimal-jackknife error of the restricted mean: R's influence on the curve, integrated.
robust_rmst_se <- function(y, weights, tau) {
  d <- data.frame(w = weights, id = seq_along(weights))
  d$y <- y
  fit <- survfit(y ~ 1, data = d, weights = w, influence = TRUE, id = id, timefix = FALSE)
  keep <- fit$time <= tau
  width <- diff(c(fit$time[keep], tau))
  sqrt(sum((fit$influence.surv[, keep, drop = FALSE] %*% width)^2))
}

curves <- function(set, d, times, tau, labels) {
  weighted <- "weights" %in% names(d)
  for (scale in c("log-log", "log", "plain")) {
    fit <- ask(set, paste0("km_", scale),
               if (weighted) survfit(y ~ group, d, weights = w, conf.type = scale)
               else survfit(y ~ group, d, conf.type = scale))
    if (is.null(fit)) next
    for (g in labels) {
      own <- one_group(fit, g, labels)
      s <- read(own, times, c("surv", "std.err", "lower", "upper", "n.risk", "n.event"))
      name <- function(q) paste0(q, ".", g)
      if (scale == "log-log") {
        answer(set, name("r_rest"), any(own$surv != 0 & abs(own$surv) < 1e-9))
        answer(set, name("km"), s$surv)
        answer(set, name("km_se"), s$std.err)
        answer(set, name("km_events"), s$n.event)
        if (!"entry" %in% names(d)) answer(set, name("km_at_risk"), s$n.risk)
      }
      answer(set, name(paste0("km_low_", scale)), s$lower)
      answer(set, name(paste0("km_high_", scale)), s$upper)
      q <- ask(set, name(paste0("quantile_", scale)), quantile(own, c(0.25, 0.5, 0.75)))
      if (scale == "log-log") answer(set, name("quantile"), q$quantile)
      answer(set, name(paste0("quantile_low_", scale)), q$lower)
      answer(set, name(paste0("quantile_high_", scale)), q$upper)
      if (scale == "log-log" && !is.na(tau)) {
        m <- ask(set, name("rmst"), survival:::survmean(own, rmean = tau)$matrix)
        answer(set, name("rmst"), m[["rmean"]])
        answer(set, name("rmst_se"), {
          keep <- d$group == g
          if (any(d$w != floor(d$w))) robust_rmst_se(aeqSurv(d$y)[keep], d$w[keep], tau)
          else m[["se(rmean)"]]
        })
      }
    }
  }
}

incidence <- function(set, d, times, labels) {
  causes <- sort(setdiff(unique(d$cause), 0))
  d$cause <- factor(d$cause, c(0, causes))
  late <- "entry" %in% names(d)
  d$id <- seq_len(nrow(d))
  # Rows are patients here: R wants an id where rows have an entry.
  fit <- ask(set, "aj", if (late) survfit(Surv(entry, time, cause) ~ group, d, weights = w, id = id)
                        else survfit(Surv(time, cause) ~ group, d, weights = w))
  if (is.null(fit)) return()
  for (g in labels) {
    s <- read(one_group(fit, g, labels), times, c("pstate", "std.err", "lower", "upper"))
    for (k in seq_along(causes)) {
      name <- function(q) paste0(q, "_", causes[k], ".", g)
      answer(set, name("aj"), s$pstate[, k + 1])
      answer(set, name("aj_se"), s$std.err[, k + 1])
      answer(set, name("aj_low"), s$lower[, k + 1])
      answer(set, name("aj_high"), s$upper[, k + 1])
    }
  }
}

logrank <- function(set, d) {
  ask_for <- function(quantity, formula) {
    fit <- ask(set, quantity, survdiff(formula, d))
    if (is.null(fit)) return()
    expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
    answer(set, quantity, fit$chisq)
    answer(set, paste0(quantity, "_df"), sum(expected > 0) - 1)
    answer(set, paste0(quantity, "_p"), fit$pvalue)
    answer(set, paste0(quantity, "_expected"), expected)
  }
  ask_for("logrank", Surv(time, event) ~ group)
  if ("strata" %in% names(d)) ask_for("logrank_strata", Surv(time, event) ~ group + strata(strata))
}

# What transform = "km" of cox.zph is: from all rows, unweighted.
km_scale <- function(y, times) {
  fit <- survfit(y ~ 1, timefix = FALSE, se.fit = FALSE)
  1 - c(1, fit$surv)[findInterval(times, fit$time, left.open = TRUE) + 1]
}

model <- function(d, terms, ties) {
  if ("strata" %in% names(d)) terms <- c(terms, "strata(strata)")
  call <- list(formula = as.formula(paste("y ~", paste(terms, collapse = " + "))), data = d,
               ties = ties, control = control)
  if ("weights" %in% names(d)) call$weights <- d$w
  if ("cluster" %in% names(d)) call$cluster <- d$cluster
  call
}

regression <- function(set, d, ties) {
  terms <- grep("^x[0-9]+$", names(d), value = TRUE)
  if ("factor" %in% names(d)) terms <- c(terms, "factor(factor)")
  call <- model(d, terms, ties)
  fit <- ask(set, "cox", do.call(coxph, call))
  if (is.null(fit)) return()
  # R stops at a change of the likelihood; once more from there is the maximum to 1e-14.
  found <- coef(fit)
  call$init <- ifelse(is.na(found), 0, found)
  again <- ask(set, "cox_again", do.call(coxph, call))
  if (is.null(again)) again <- fit
  kept <- !is.na(coef(again))
  variance <- as.matrix(again$var)
  answer(set, "cox", coef(again))
  answer(set, "cox_se", ifelse(kept, sqrt(diag(variance)), NA))
  answer(set, "cox_loglik", again$loglik[2])
  answer(set, "cox_null", fit$loglik[1])
  answer(set, "cox_score", fit$score)
  wald <- ask(set, "cox_wald",
              survival:::coxph.wtest(variance[kept, kept, drop = FALSE], coef(again)[kept]))
  answer(set, "cox_wald", wald$test)
  answer(set, "r_wald_df", wald$df)
  answer(set, "concordance", again$concordance[["concordance"]])
  # With its own criterion R warns of coefficients that run away, and not of a maximum that is flat.
  call$init <- NULL
  call$control <- coxph.control(iter.max = 100)
  ask(set, "cox_default", do.call(coxph, call))
  # R drops a covariate that says nothing, and one that has run away; the start tells them apart.
  call$control$iter.max <- 0L
  start <- ask(set, "cox_start", do.call(coxph, call))
  naive <- if (is.null(start$naive.var)) start$var else start$naive.var
  answer(set, "r_says_nothing", diag(as.matrix(naive)) == 0)
  # cox.zph stumbles over coefficients that are NA: it is asked about the model without them.
  sound <- terms[vapply(again$assign[terms], function(columns) all(kept[columns]), TRUE)]
  renamed <- terms
  levels <- again$assign[["factor(factor)"]]
  if (any(kept[levels]) && !all(kept[levels])) {  # the levels that are left are a term still
    d$levels <- model.matrix(again)[, levels[kept[levels]], drop = FALSE]
    sound <- c(sound, "levels")
    renamed[terms == "factor(factor)"] <- "levels"
  }
  if (length(sound) == 0) return()
  if (!anyNA(coef(again))) {
    answer(set, "zph_df", c(vapply(again$assign[terms], length, 1), length(coef(again))))
  }
  # The test does not depend on units, but cox.zph refuses by what units make of a matrix.
  numbers <- setdiff(sound, c("factor(factor)", "levels"))
  d[numbers] <- lapply(d[numbers], function(x) (x - mean(x)) / sd(x))
  call <- model(d, sound, ties)
  scaled <- ask(set, "cox_again", do.call(coxph, call))
  if (is.null(scaled)) return()
  # Twice more from a little beside the maximum: where these differ, rounding decides.
  beside <- function(share) {
    call$init <- ifelse(is.na(coef(scaled)), 0, coef(scaled)) * share
    ask(set, "cox_again", do.call(coxph, call))
  }
  fits <- list(beside(1), beside(1 + 1e-6))
  if (is.null(fits[[1]]) || is.null(fits[[2]])) return()
  died <- scaled$y[, ncol(scaled$y)] == 1
  for (scale in c("km", "rank", "identity")) {
    test <- function(fit, unit, global = TRUE) cox.zph(fit, function(times) {
      g <- switch(scale, identity = times, rank = rank(times), km = km_scale(fit$y, times))
      spread <- diff(range(g[died]))
      if (spread > 0) unit * (g - mean(g[died])) / spread else g
    }, global = global)$table
    # It stops if any of the tests does not exist; those of single terms may, without the last.
    z <- tryCatch(test(fits[[1]], 1),
                  error = function(e) ask(set, paste0("zph_", scale), test(fits[[1]], 1, FALSE)))
    if (is.null(z)) next
    rows <- match(c(renamed, "GLOBAL"), rownames(z))
    answer(set, paste0("zph_", scale), z[rows, 1])
    other <- ask(set, paste0("r_noise_", scale),
                 test(fits[[2]], -1.7, "GLOBAL" %in% rownames(z)))
    same <- !is.null(other) && identical(rownames(other), rownames(z))
    noise <- if (same) abs(z[rows, 1] - other[rows, 1]) else rep(1e300, length(rows))
    answer(set, paste0("r_noise_", scale), noise)
  }
}

sets <- table_of("sets.csv")
rows <- table_of("rows.csv")
rows[-1] <- lapply(rows[-1], numbers)
rows <- split(rows[-1], factor(rows$set, unique(rows$set)))
connection <- file(file.path(folder, "answers.csv"), "w")
writeLines("set,quantity,index,value,said", connection)
for (i in seq_len(nrow(sets))) {
  set <- sets$set[i]
  whole <- rows[[set]]
  whole <- whole[colSums(!is.na(whole)) > 0]
  whole$w <- if ("weights" %in% names(whole)) whole$weights else 1
  d <- whole[whole$w > 0, ]  # a weight of zero counts as absent, which R's coxph demands
  times <- numbers(strsplit(sets$times[i], " ")[[1]])
  tau <- numbers(sets$tau[i])
  lines <- character()
  d$y <- if ("entry" %in% names(d)) Surv(d$entry, d$time, d$event) else Surv(d$time, d$event)
  labels <- sort(unique(d$group))
  tryCatch({
    curves(set, d, times, tau, labels)
    incidence(set, d, times, labels)
    logrank(set, whole)
    regression(set, d, sets$ties[i])
  }, error = function(e) stop(set, ": ", conditionMessage(e)))
  writeLines(lines, connection)
}
close(connection)
