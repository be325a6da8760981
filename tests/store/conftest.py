"""Makes the stand-ins and the helpers beside them importable here too."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "fetch"))
