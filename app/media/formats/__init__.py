"""What a file is by its bytes, and what its containers hold."""
