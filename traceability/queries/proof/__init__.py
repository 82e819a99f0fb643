"""What the log of events proves, and of what."""
