"""Makes the helper modules of tests/features/equivalence importable by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "equivalence"))
