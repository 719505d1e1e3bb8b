"""Audio to segments: one model, preloaded, behind HTTP."""
