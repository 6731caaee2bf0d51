"""The worker and everything that runs without a request, periodic jobs among it."""
