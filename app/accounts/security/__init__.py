"""The security page of one's own account: factors, devices and access tokens."""
