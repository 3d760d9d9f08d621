"""A declarative, plugin-based toolkit for building AI systems: one YAML spec in, a served system out.

system = toolkit.build("specs/helpdesk.yaml")
system.predict({"question": "How do I install it?"})["answer"]
toolkit.open("runs/helpdesk").predict({"question": "怎么安装？"})
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.api import build, evaluate, open

__all__ = ["build", "evaluate", "open"]


def __getattr__(name: str) -> Any:
    """Import the API on first use, so that a plugin's `import toolkit.component` stays light."""
    if name in __all__:
        return getattr(importlib.import_module("toolkit.api"), name)
    raise AttributeError(f"module 'toolkit' has no attribute {name!r}")
