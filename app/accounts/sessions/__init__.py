"""Sessions and tokens: how a request says whose it is, and who may call a route."""
