"""One file for each speech library, imported only when chosen."""
