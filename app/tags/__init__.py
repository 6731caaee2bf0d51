"""People's own tags: a tree of names, and which images have them."""
