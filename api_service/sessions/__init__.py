"""Sessions: create, list, read, join."""
