"""Builds the website from what is committed; `python -m tools.site` (see `__main__`)."""
