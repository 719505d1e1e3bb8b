"""Transcripts: read them, correct them, see what they were."""
