"""Files only: no database, no HTTP, no AWS."""
