"""Tasks: what the API works on beside requests, as its clients see it."""
