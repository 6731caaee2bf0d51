"""Signing in: the password, the second factor, and reauthentication."""
