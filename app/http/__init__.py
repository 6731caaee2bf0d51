"""What all routes use: blueprints, schemas, headers, errors, dependencies."""
