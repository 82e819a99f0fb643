"""Reads of recalls: what they begin with, what they affect, what was reached."""
