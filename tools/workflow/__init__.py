"""Reads the workflow files with actionlint, as the forge that runs them would."""
