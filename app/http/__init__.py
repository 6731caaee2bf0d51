"""What every route stands on: blueprints, shapes, headers, errors, dependencies."""
