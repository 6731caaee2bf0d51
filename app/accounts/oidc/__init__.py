"""Signing in with OpenID Connect providers."""
