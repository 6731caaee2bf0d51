"""Second factors and passkeys: what each is, and what must hold when they change."""
