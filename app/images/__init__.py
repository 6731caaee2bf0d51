"""Pictures: taking them in, developing them, listing, describing and deleting them."""
