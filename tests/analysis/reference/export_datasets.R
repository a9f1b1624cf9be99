# Writes the data sets of R's survival package that the tests use, whole-number codes only.
# Usage: Rscript export_datasets.R FOLDER
suppressMessages(library(survival))
folder <- commandArgs(trailingOnly = TRUE)[1]
save <- function(name, d) write.csv(d[complete.cases(d), ], file.path(folder, paste0(name, ".csv")),
                                    row.names = FALSE, quote = FALSE)
save("lung", with(lung, data.frame(time, event = status - 1, group = sex, strata = pmin(ph.ecog, 2),
                                   cluster = inst, x1 = age, x2 = wt.loss)))
save("veteran", with(veteran, data.frame(time, event = status, group = trt,
  strata = as.integer(factor(celltype)), x1 = karno, x2 = age, x3 = diagtime)))
save("ovarian", with(ovarian, data.frame(time = futime, event = fustat, group = rx, x1 = age,
                                         x2 = as.integer(ecog.ps == 2))))
save("heart", with(heart, data.frame(entry = start, time = stop, event,
  group = as.integer(as.character(transplant)), cluster = id, x1 = as.integer(transplant) - 1,
  x2 = round(age, 6), x3 = surgery)))
save("kidney", with(kidney, data.frame(time, event = status, group = sex, cluster = id, x1 = age,
                                       x2 = as.integer(disease == "PKD"))))
deaths <- subset(colon, etype == 2)
save("colon", with(deaths, data.frame(time, event = status, group = as.integer(rx), strata = extent,
                                      x1 = nodes, x2 = age, x3 = obstruct)))
m <- mgus2
cause <- ifelse(m$pstat == 1, 1, ifelse(m$death == 1, 2, 0))
save("mgus2", data.frame(time = ifelse(m$pstat == 1, m$ptime, m$futime), event = m$death,
                         group = as.integer(m$sex), x1 = m$age, x2 = m$hgb, cause = cause))
save("bladder", with(subset(bladder2, stop > start), data.frame(entry = start, time = stop, event,
  group = rx, strata = enum, cluster = id, x1 = rx, x2 = number, x3 = size)))
save("retinopathy", with(retinopathy, data.frame(time = ceiling(futime * 10), event = status,
  group = trt, cluster = id, x1 = trt, x2 = risk)))
save("myeloid", with(myeloid, data.frame(time = futime, event = death, group = as.integer(factor(trt)),
                                         x1 = as.integer(sex == "f"))))
