"""Compare rows, objects and checksums, and find orphaned objects."""
