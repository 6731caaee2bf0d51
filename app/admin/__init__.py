"""Administration: users, invitations and the audit log. No access to anybody's images."""
