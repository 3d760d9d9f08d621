"""Runs the toolkit's command line with the toy as its only plugin."""

import toy
from toolkit import cli
from toolkit.registry import Registry

registry = Registry.of({"toy": toy})
Registry.discover = classmethod(lambda cls, block=(): registry)
cli.main()
