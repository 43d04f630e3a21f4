"""The plugin sms-http."""
