"""The only Flask part of the kernel."""
