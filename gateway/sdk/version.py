"""The version of the plugin interface; a manifest says for which one it was written."""

API = (1, 0)
