"""Image files: types, metadata, colour, decoding and rendering. No database, no HTTP, no AWS."""
