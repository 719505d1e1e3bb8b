"""A meeting that the platform holds with itself: scripted people, real rooms, measured captions."""
