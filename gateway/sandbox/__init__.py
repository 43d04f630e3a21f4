"""The simulated outside world: a provincial platform and an SMS centre. For rehearsal and tests, on loopback only."""
