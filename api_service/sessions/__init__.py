"""Sessions: create, list, read, join, change, end, delete."""
