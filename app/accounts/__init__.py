"""Accounts: who a user is, how they prove it, and what is recorded about it."""
