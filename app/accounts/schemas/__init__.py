"""What the API says and hears about accounts."""
