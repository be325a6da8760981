"""The trade signals, each measure a module."""
