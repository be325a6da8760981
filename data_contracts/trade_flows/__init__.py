"""Trade flows: who reported sending what to whom."""
