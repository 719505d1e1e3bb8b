"""Microphones that several people share: whose they are, and telling the people apart."""
