"""Trade signals: flows to cells to signals."""
