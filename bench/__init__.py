"""Programs that measure the whole server, each in a process beside it."""
