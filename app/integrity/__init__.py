"""Whether rows, objects and checksums agree, and the search for orphaned objects."""
