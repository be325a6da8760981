"""What each input must look like; imports nothing else of this project."""
