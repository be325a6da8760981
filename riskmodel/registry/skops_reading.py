"""skops, imported when a model is first read or written, with a list of trusted types shorter than its own.

On import skops walks through scikit-learn and every function of numpy and scipy to list what it trusts:
half a second, and hundreds of types that no model of ours may hold. The list it finds here has plain values,
containers and nothing else; skops adds numpy arrays itself, and `archive.TRUSTED_TYPES` our own class.
"""

from __future__ import annotations

import importlib
import sys
from functools import cache
from types import ModuleType

LIST = "skops.io._trusted_types"
PLAIN = {
    "PRIMITIVE_TYPE_NAMES": ["builtins.int", "builtins.float", "builtins.str", "builtins.bool"],
    "CONTAINER_TYPE_NAMES": ["builtins.list", "builtins.set", "builtins.map", "builtins.tuple"],
}
NONE_OF = (
    "NUMPY_DTYPE_TYPE_NAMES",
    "NUMPY_RANDOM_BIT_GENERATOR_TYPE_NAMES",
    "NUMPY_UFUNC_TYPE_NAMES",
    "SCIPY_UFUNC_TYPE_NAMES",
    "SKLEARN_ESTIMATOR_TYPE_NAMES",
    "SKLEARN_INTERNAL_TYPE_NAMES",
)


@cache
def skops_io() -> ModuleType:
    """`skops.io` with the short list; with its own where another program imported it before."""
    if "skops.io" in sys.modules:
        return sys.modules["skops.io"]
    short = ModuleType(LIST)
    vars(short).update({**PLAIN, **{name: [] for name in NONE_OF}})
    sys.modules[LIST] = short
    try:
        return importlib.import_module("skops.io")
    except (ImportError, AttributeError):  # another release, with lists of other names
        for name in [name for name in sys.modules if name.startswith("skops.io")]:
            del sys.modules[name]
        return importlib.import_module("skops.io")
