"""Everything that is installed and built before the platform can start."""
