"""Listings: public designations of entities, by country and day."""
