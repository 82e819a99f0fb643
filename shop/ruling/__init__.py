"""The rules desk: what changes by date, seen and changed by the office."""
