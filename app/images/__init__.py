"""Images: tables, schemas, lists by pages, corrections, and changes for clients that sync."""
