"""Forms of the catalogue, a module for each kind of page."""
