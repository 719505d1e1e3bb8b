"""What crosses a wire between services, each defined once and used by both ends."""
