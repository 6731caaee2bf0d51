"""The image: its tables, its shapes in the API, and listing it by pages."""
