"""Logs, metrics and the names of requests."""
