"""Security settings of one's own account: factors, sessions and access tokens."""
