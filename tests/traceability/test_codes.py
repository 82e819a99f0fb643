"""A vendor's numbers and links, through its pages."""
