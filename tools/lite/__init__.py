"""Builds the browser edition of the course, and the zip for a stick. For maintainers."""
