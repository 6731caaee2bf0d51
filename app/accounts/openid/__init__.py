"""Signing in with OpenID providers: trips there and back, and whom their people are here."""
