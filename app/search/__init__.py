"""Search: words of images in an index, and what a person asks for found by them."""
