"""What training through the toolkit costs over a bare PyTorch loop: the same model, batches, seeds and precision.

    python benchmarks/training_overhead.py [--pairs 15] [--seconds 6] [--threads 1] [--only qa-lstm]

A pair is one training through the toolkit and one by the loop in `bare`, in turn first, from equal weights. The
figure is the median of their ratios, with an interval by resampling the pairs; a machine that is busy at times
slows both. The toolkit's side does all that it does in a build: log, checkpoint, watch for signals, check that
losses are finite. The bare side does nothing but what the weights need; both must end with the same weights.
Validation is left out on both sides: what is asked for beyond training is not overhead.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from toolkit.component import Component
from toolkit.plan import resolve
from toolkit.registry import Registry
from toolkit.run import Run
from toolkit.spec import read
from toolkit.system import assemble
from toolkit_torch.order import Order, derived

SPECS = Path(__file__).parents[1] / "specs"
