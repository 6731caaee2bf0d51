"""E-mails: asked for in a transaction, written and sent by the worker."""
