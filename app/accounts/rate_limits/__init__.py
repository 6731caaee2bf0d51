"""Rate limits, kept in the database so that all processes share them."""
