"""Real processes of the market, and what happens when they are killed."""
