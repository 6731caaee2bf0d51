"""Detect file types by their bytes, and parse their containers."""
