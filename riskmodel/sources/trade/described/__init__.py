"""Trade tables that a description is enough for: one TOML file for each, one reader for all."""
