"""What `riskmodel inject` does: read a real table, plant diversion, publish both with the truth."""
