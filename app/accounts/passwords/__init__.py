"""Passwords: strength, hashing, and limits on guesses."""
