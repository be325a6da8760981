"""What `riskmodel retrain` does: rows, fitting, and the decision on promotion."""
