"""The demo: a panel that was really held, and a room of simulated people who take part in it."""
