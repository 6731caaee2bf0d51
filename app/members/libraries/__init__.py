"""Libraries shared one way with a person of the same site, from a day on."""
