"""Where the outside calls in: a web server, and later Lambda."""
