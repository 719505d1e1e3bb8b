"""Transcripts that clients bring along and change as a whole."""
