"""The estimator in its parts: design matrix, monotone candidates, calibrated additive heads, measures."""
