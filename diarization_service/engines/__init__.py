"""One file for each diarization library, imported only when chosen."""
