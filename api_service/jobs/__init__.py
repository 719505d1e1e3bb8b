"""Work that takes longer than a request: queued in the transaction that needs it, done by workers."""
