"""Where panels, ballots and counters are kept."""
