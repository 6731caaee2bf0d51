"""Links in e-mails: registration, password reset, change of address."""
