"""Names of places by where they are: data that ships with the code, with no network."""
