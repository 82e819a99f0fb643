"""Evidence that the log of events was not rewritten: pure, without database, web or clock."""
