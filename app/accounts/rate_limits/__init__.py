"""Rate limits, kept in the database so that every process counts together."""
