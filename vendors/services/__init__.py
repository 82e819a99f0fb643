"""Use cases of vendors: apply, judge, certify, work together."""
