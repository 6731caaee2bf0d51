"""Share links: images of one person, shown to whoever has the link."""
