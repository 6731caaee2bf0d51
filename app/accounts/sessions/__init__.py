"""Sessions and access tokens: who sends a request, and who may call a route."""
