"""Minutes in a model's words, each line with what was said for it."""
