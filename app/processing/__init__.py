"""From an uploaded original to a ready image: whose turn, by which worker, and how."""
