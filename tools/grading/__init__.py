"""A class of five handed in, marked with nbgrader: `make grading`."""
