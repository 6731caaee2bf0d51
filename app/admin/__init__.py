"""Administration: what administrators see and do. Never a way to anybody's images."""
