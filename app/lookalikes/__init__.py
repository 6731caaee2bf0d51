"""Look-alikes: copies of a picture that were edited a little, which one to keep, and undo."""
