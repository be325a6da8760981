"""How often chance and ordinary business of the same table give as much as a country shows."""
