"""Live data: what is said now, from the agents' streams to followers and into the transcript."""
