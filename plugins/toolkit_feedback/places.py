"""Where a run's feedback is: beside its folder, unless its spec names another file."""

from __future__ import annotations

from pathlib import Path

import yaml

from toolkit.errors import RunError

#: The resolved spec in a run folder, every default written out.
SPEC = "spec.resolved.yaml"


def beside(run: Path) -> Path:
    """Return the default file, beside the run folder, so that building anew does not destroy it."""
    return Path(f"{run.resolve()}.feedback.sqlite")


def of_run(run: Path) -> tuple[Path, bool]:
    """Return a run's feedback file, and whether its spec turns feedback on.

    Raises: RunError where the spec cannot be read.
    """
    entry = _below(_below(_spec(run / SPEC), "serving"), "feedback")
    named = _below(entry, "file")
    is_on = entry is not None and not _is_null(entry)
    if isinstance(named, yaml.ScalarNode) and not _is_null(named):
        return Path(named.value), is_on
    return beside(run), is_on


def _spec(file: Path) -> yaml.Node | None:
    """Return the root of a resolved spec, None where there is none. Composed only: no value is made of it."""
    try:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise RunError(f"{file} cannot be read: {error}", "name the feedback file itself with --file") from error
    return root


def _below(node: yaml.Node | None, key: str) -> yaml.Node | None:
    """Return what stands under a key of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


def _is_null(node: yaml.Node) -> bool:
    """Return whether a node is a bare `null`; a file may be called "null" in quotes."""
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("", "~", "null")
