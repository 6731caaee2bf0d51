"""E-mails: requested in a transaction, rendered and sent by the worker."""
