"""Audio files: uploading, listing, playing, and removing what nobody names any more."""
