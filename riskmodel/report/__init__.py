"""Report and tables for people."""
