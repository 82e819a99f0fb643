"""Use cases of farms, diaries and lots."""
