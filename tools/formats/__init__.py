"""The quiz files, read and played by programs of other people: `make formats`."""
