"""How minutes are laid out."""
