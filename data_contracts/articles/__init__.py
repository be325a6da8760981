"""Articles: what was written, where and when."""
