"""Audio to turns of speakers with one preloaded model."""
