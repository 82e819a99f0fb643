"""Logs of a farmOS server (versions 2 and 3) through its JSON:API."""
