"""The audit log: what touched an account's safety, and reading it by pages."""
