"""People: who they are, how they prove it, and which of their browsers are signed in."""
