"""The routes of administrators; app/api/blueprints.py lists them."""
