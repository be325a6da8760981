"""One small reader for each real-world format; each returns a `Batch` of a canonical table."""
