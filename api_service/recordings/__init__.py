"""From the chunks of a meeting to files that people play; runs in workers."""
