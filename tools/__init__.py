"""Builds every edition of the course from ``lessons/``. See CONTRIBUTING.md."""
