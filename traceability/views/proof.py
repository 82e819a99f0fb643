"""The proof of lots and the log behind it, for everybody: pages, files, endpoints of witnesses."""
