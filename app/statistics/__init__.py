"""How many images a person has of each year, camera, lens, country and format."""
