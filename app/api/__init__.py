"""The API as one Flask app: its routes, its OpenAPI document, and the site on one machine."""
