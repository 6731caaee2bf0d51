"""Pinhole: the API, and the worker that develops and describes pictures."""
