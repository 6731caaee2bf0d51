"""Full-text search over images and albums: index, query parser, results."""
