"""Exports: a copy of everything a user has, as zip files."""
