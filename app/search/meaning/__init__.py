"""Search by meaning: vectors of what images' texts mean, and which are near a question's."""
