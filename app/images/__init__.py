"""Images: tables, schemas, and listing by pages."""
