"""Summaries of sessions as they were saved."""
