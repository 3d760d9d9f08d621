"""Images against a reference reader, and values that are none."""

from __future__ import annotations

import base64
import io

import pytest

from toolkit_report.images import MAX_PIXELS, address


def read(image):
    """Read a picture back with matplotlib's reader of PNG, as numbers from 0 to 1."""
    from matplotlib.image import imread

    return imread(io.BytesIO(base64.b64decode(address(image).removeprefix("data:image/png;base64,"))), format="png")


def test_grey():
    image = [[0.0, 0.5, 1.0], [1, 0, 0.25]]
    found = read(image)
    assert found.shape[:2] == (2, 3)
    for y, row in enumerate(image):
        for x, light in enumerate(row):
            grey = found[y][x] if found.ndim == 2 else found[y][x][0]
            assert float(grey) == pytest.approx(light, abs=0.5 / 255 + 1e-6)


def test_one_channel_is_grey():
    assert address([[[0.5], [1]], [[0], [0]]]) == address([[0.5, 1], [0, 0]])


def test_colour():
    found = read([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [[0.0, 0.0, 1.0], [1.0, 1.0, 0.2]]])
    assert found.shape[:2] == (2, 2)
    assert [round(float(v), 2) for v in found[1][1][:3]] == [1.0, 1.0, 0.2]


def test_the_same_image_gives_the_same_address():
    assert address([[0, 1], [1, 0]]) == address([[0, 1], [1, 0]])


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        3,
        {},
        [],
        [[]],
        [[1, 0]],
        [[1], [0]],
        [[0, 1], [0]],
        [[0, 1], [0, 2]],
        [[0, 1], [0, -0.1]],
        [[0, 1], [0, "1"]],
        [[0, 1], [0, None]],
        [[0, 1], [0, float("nan")]],
        [[0, 1], 3],
        [[[0, 1], [0, 1]], [[0, 1], [0, 1]]],
        [[[0], 1], [0, [1, 1, 1]]],
        [[], []],
        [[[[0]], [[0]]], [[[0]], [[0]]]],
    ],
)
def test_no_image(value):
    assert address(value) == ""


def test_too_large_an_image_is_left_out():
    side = int(MAX_PIXELS**0.5) + 1
    assert address([[0] * side] * side) == ""
