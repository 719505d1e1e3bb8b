"""Hears a meeting again from its recording, with all of it at hand."""
