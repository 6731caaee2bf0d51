"""Albums: their titles, their covers, and which images are in them."""
