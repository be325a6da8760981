"""What `riskmodel simulate` does: write the folder of one world of the family `corridors`."""
