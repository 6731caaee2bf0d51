"""Where images are: counted by cells of a map, by a trigger, and listed by boxes."""
