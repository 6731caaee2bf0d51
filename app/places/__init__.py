"""Where images were taken, by name: naming them, and a search of names."""
