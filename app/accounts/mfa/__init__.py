"""Second factors and passkeys, and the rules for adding and removing them."""
