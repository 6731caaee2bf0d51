"""The routes of administration; for everybody else there is nothing at their addresses."""
