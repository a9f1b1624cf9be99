"""Calibrates the model and writes its cohorts, truths, gallery and card: for maintainers."""
