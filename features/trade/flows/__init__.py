"""Trade flows condensed to what signals need, as known on a date."""
