"""Albums shared with people of the same site: invitations, members, and what members add."""
