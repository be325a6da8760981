"""Writing results: all of it or none of it, with digests, safe for spreadsheets."""
