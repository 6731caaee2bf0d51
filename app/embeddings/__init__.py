"""What texts mean, as vectors: a model that ships in a package, with no network."""
