"""skops, imported when a model is first read or written, without what no model of ours may hold.

On import skops walks through scikit-learn and every function of numpy and scipy to list what it trusts:
half a second, and hundreds of types that no model of ours may hold. The list it finds here has plain values,
containers and nothing else; skops adds numpy arrays itself, and `archive.TRUSTED_TYPES` our own class. It
finds no ways of reading the inside of objects of scikit-learn and quantile-forest either, which import
both.
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
KINDS_OF_NODE = ("skops.io._sklearn", "skops.io._quantile_forest")  # read by none of our files


@cache
def skops_io() -> ModuleType:
    """`skops.io` with the short list: a copy of our own; other users of skops find theirs untouched."""
    others = _taken_out()
    short = ModuleType(LIST)
    vars(short).update({**PLAIN, **{name: [] for name in NONE_OF}})
    sys.modules[LIST] = short
    for name in KINDS_OF_NODE:
        none = ModuleType(name)
        vars(none).update(GET_STATE_DISPATCH_FUNCTIONS=[], NODE_TYPE_MAPPING={})
        sys.modules[name] = none
    try:
        return importlib.import_module("skops.io")
    except (ImportError, AttributeError):  # another release, with lists of other names: its own list then
        _taken_out()
        return importlib.import_module("skops.io")
    finally:
        _taken_out()
        sys.modules.update(others)
        if "skops.io" in others:
            vars(sys.modules["skops"])["io"] = others["skops.io"]


def _taken_out() -> dict[str, ModuleType]:
    """Take the modules of `skops.io` out of those that are imported already."""
    names = [name for name in sys.modules if name == "skops.io" or name.startswith("skops.io.")]
    found = {name: sys.modules.pop(name) for name in names}
    if found and hasattr(sys.modules.get("skops"), "io"):
        delattr(sys.modules["skops"], "io")
    return found
