"""The demonstration: one case from the provincial platform to a delivered, acknowledged result."""
