"""Pinhole: the API, and the worker that processes and describes images."""
