"""The plugin upstream-province."""
