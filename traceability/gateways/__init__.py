"""What goes out of the house for traceability: events, to who subscribed."""
