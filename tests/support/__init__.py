"""Real browsers, databases and servers for the tests; nothing here pretends to be another thing."""
