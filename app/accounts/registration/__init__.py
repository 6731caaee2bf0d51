"""What a link in an e-mail starts: registration, a new password, a new address."""
