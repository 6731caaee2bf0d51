"""What can be known before anything is changed: each line a look, with the caller's credentials."""
