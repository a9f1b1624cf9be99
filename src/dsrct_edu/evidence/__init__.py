"""Published figures on DSRCT, each with its study, number, time zero and citation."""

from dsrct_edu.evidence.loading import published

__all__ = ["published"]
