"""Experiences, departures and seats."""
