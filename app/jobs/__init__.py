"""The worker and everything else that runs without a request, such as periodic jobs."""
