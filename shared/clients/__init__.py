"""Thin clients of the inference services."""
