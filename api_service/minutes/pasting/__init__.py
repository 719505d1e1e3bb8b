"""Transcripts that people paste: who says what in them, in the forms that other programs write. Pure."""
