"""Measures pages beside a baseline in one run: ``make bench``."""
