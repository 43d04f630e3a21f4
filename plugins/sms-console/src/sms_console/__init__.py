"""The plugin sms-console."""
