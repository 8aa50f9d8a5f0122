"""The doors: parse what comes in, call one use case, answer."""
