"""A market made out of a corpus for measuring the search: one JSON file."""
