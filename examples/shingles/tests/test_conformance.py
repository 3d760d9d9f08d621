"""The file that every author of a plugin writes: all the checks of the toolkit, over this plugin."""

from pathlib import Path

import toolkit_shingles
from toolkit.testing import component_checks, spec_checks

test_component = component_checks(toolkit_shingles)
test_spec = spec_checks(Path(__file__).parents[1] / "spec.yaml")
