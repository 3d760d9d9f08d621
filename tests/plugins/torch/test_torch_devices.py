from __future__ import annotations

import pytest
import torch

from toolkit.errors import ResourceError
from toolkit_torch.configs_devices import Auto, Cpu, Cuda
from toolkit_torch.devices import auto, cpu, cuda


def test_auto_takes_the_cpu_where_there_is_no_gpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert auto(Auto()).torch == torch.device("cpu")


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", "")
    assert auto(Auto(precision="bf16")).torch == torch.device("cuda", 0)


def test_no_gpu_is_said_with_the_way_out(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ResourceError, match="no CUDA device") as caught:
        cuda(Cuda())
    assert "device: cpu" in caught.value.hint


def test_a_gpu_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(ResourceError, match="no GPU 3 here, only 1"):
        cuda(Cuda(index=3))


def test_threads_are_set_and_described():
    before = torch.get_num_threads()
    try:
        facts = cpu(Cpu(threads=1)).describe()
        assert torch.get_num_threads() == 1
        assert facts["threads"] == 1
        assert (facts["device"], facts["precision"]) == ("cpu", "fp32")
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(("precision", "dtype"), [("fp32", torch.float32), ("bf16", torch.bfloat16)])
def test_precision_is_that_of_heavy_operations(precision, dtype):
    device = cpu(Cpu(precision=precision))
    x = torch.ones(2, 2)
    with device.autocast():
        assert (x @ x).dtype == dtype
    assert (x @ x).dtype == torch.float32


def test_exact_brings_back_what_the_caller_had():
    device = cpu(Cpu())
    torch.manual_seed(11)
    wanted = torch.rand(3)
    torch.manual_seed(11)
    with device.exact():
        device.seed(1)
        assert torch.are_deterministic_algorithms_enabled()
        first = torch.rand(3)
        device.seed(1)
        assert torch.equal(torch.rand(3), first)
    assert not torch.are_deterministic_algorithms_enabled()
    assert torch.utils.deterministic.fill_uninitialized_memory
    assert torch.equal(torch.rand(3), wanted)


def test_exact_brings_it_back_after_an_error_too():
    with pytest.raises(ZeroDivisionError), cpu(Cpu()).exact():
        _ = 1 / 0
    assert not torch.are_deterministic_algorithms_enabled()
