"""The audit log: security events of accounts, and reading them by pages."""
