"""From an uploaded original to a ready image: turns, leases, processing."""
