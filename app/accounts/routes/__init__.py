"""The routes of accounts, a file for each thing that people do; app/blueprints.py lists them."""
