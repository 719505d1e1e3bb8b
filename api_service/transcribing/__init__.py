"""From a recording to a version of its session's transcript; runs in workers."""
