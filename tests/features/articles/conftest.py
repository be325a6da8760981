"""References that the tests of this folder compare with."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
