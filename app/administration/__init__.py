"""What those who look after the site see and do: people and what they use, never pictures."""
