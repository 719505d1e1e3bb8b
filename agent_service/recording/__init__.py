"""Keeps what is said in a room, in short chunks and whether or not anybody recognises it."""
