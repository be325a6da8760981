"""Getting public data, guarded and politely; the only room that uses the network."""
