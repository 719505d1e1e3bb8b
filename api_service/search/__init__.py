"""Full-text search over what people said."""
