"""Minutes of meetings: what mattered in a transcript, each line with the segments that say it."""
