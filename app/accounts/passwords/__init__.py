"""Passwords: how strong, how hashed, and how guesses are limited."""
