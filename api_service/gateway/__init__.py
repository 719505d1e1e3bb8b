"""What surrounds every route: who asks, how often, from where, and whether it was asked before."""
