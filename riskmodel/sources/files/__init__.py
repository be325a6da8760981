"""From paths to cells: finding, unpacking, and reading tables as text."""
