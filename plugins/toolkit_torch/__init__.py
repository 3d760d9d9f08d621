"""Learning with PyTorch: optimizers, schedules, devices; and `direct`, for models that are fitted at once."""

from __future__ import annotations

from collections.abc import Iterator

from toolkit.component import Component
from toolkit.hookspecs import hookimpl
from toolkit_torch.configs_devices import Auto, Cpu, Cuda
from toolkit_torch.configs_optimizers import Adam, AdamW, Direct, Sgd
from toolkit_torch.configs_schedules import Constant, Cosine, Linear


@hookimpl
def toolkit_components() -> Iterator[Component]:
    """Yield the components of this plugin."""
    yield Component("optimizer", "sgd", Sgd, "toolkit_torch.optimizers:sgd", {"lr": 0.1, "epochs": 2})
    yield Component("optimizer", "adam", Adam, "toolkit_torch.optimizers:adam", {"epochs": 2})
    yield Component("optimizer", "adamw", AdamW, "toolkit_torch.optimizers:adamw", {"epochs": 2})
    yield Component("optimizer", "direct", Direct, "toolkit_torch.direct:direct")
    yield Component("schedule", "constant", Constant, "toolkit_torch.schedules:constant")
    yield Component("schedule", "linear", Linear, "toolkit_torch.schedules:linear", {"warmup": 0.1})
    yield Component("schedule", "cosine", Cosine, "toolkit_torch.schedules:cosine", {"warmup": 0.1})
    yield Component("device", "auto", Auto, "toolkit_torch.devices:auto")
    yield Component("device", "cpu", Cpu, "toolkit_torch.devices:cpu", {"threads": 1})
    yield Component("device", "cuda", Cuda, "toolkit_torch.devices:cuda")
