"""Builds the object graph from the configuration: the only place that wires."""
