"""Who is asking: tokens, their keys, and development sign-in."""
