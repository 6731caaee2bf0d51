"""Programs that an operator or a deployment runs: migrations and the integrity check."""
