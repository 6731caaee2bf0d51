"""OpenID Connect providers: discovery, the code exchange, and ID tokens."""
