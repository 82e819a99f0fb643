"""The only network of the payments trade."""
