import json

import numpy as np
import pytest
from samples_toys import fitted, tokenizer

from toolkit.contracts import Size
from toolkit.errors import DataError, InputError, RunError

SOURCE = np.random.default_rng(0)
GREY = [{"image": SOURCE.random((4, 6)).tolist(), "label": "ab"[place % 2]} for place in range(10)]
COLOUR = [{"image": SOURCE.random((4, 6, 3)).tolist(), "label": "a"} for _ in range(10)]
GIVEN = {"image:image", "label:label"}


def pixels(rows=GREY, **options):
    return fitted("pixels", GIVEN, rows, **options)


def test_grey_and_colour_as_channel_height_width():
    (grey, *_), (colour, *_) = (pixels(rows, normalise="none").encode(rows) for rows in (GREY, COLOUR))
    assert grey["pixels:image"].shape == (1, 4, 6) and grey["pixels:image"].dtype == np.float32
    assert np.allclose(grey["pixels:image"][0], GREY[0]["image"])
    assert np.allclose(colour["pixels:image"][2], np.array(COLOUR[0]["image"])[:, :, 2])
    assert grey["image"] is GREY[0]["image"] and grey["class:label"] == 0


def test_standardised_channel_by_channel_on_the_training_rows():
    made = np.stack([row["pixels:image"] for row in pixels(COLOUR).encode(COLOUR)])  # (10, 3, 4, 6)
    assert np.allclose(made.mean((0, 2, 3)), 0, atol=1e-6) and np.allclose(made.std((0, 2, 3)), 1, atol=1e-6)
    other = next(iter(pixels(COLOUR).encode([{"image": np.zeros((4, 6, 3)).tolist()}])))
    red = np.array([row["image"] for row in COLOUR])[..., 0]
    assert other["pixels:image"][0, 0, 0] == pytest.approx(-red.mean() / red.std(), rel=1e-5)


def test_signature():
    assert pixels().signature()["pixels:image"] == Size((1, 4, 6))
    assert pixels().signature()["class:label"].count == 2


def test_absent_fields_are_passed_over():
    assert list(pixels().encode([{"other": 1}])) == [{"other": 1}]


def test_labels_come_back():
    assert list(pixels().decode([{"class:label": 1}])) == [{"label": "b"}]


@pytest.mark.parametrize(
    "image, message",
    [
        ([[0.0] * 6] * 3, r"is \(1, 3, 6\)"),
        ([[0.0] * 6, [0.0] * 5], "all of one length"),
        ("picture", "rows of numbers"),
        (None, "rows of numbers|should be"),
        ([0.0, 1.0], r"\[height\]\[width\]"),
        ([], r"\[height\]\[width\]"),
        ([[255.0] * 6] * 4, "from 0 to 1"),
        ([[float("nan")] * 6] * 4, "from 0 to 1"),
    ],
)
def test_what_is_no_such_picture(image, message):
    with pytest.raises(InputError, match=f"^image .*({message})"):
        list(pixels().encode([{"image": image}]))


def test_a_training_row_is_named():
    with pytest.raises(DataError, match="training row 2: image"):
        pixels([GREY[0], {**GREY[1], "image": [[2.0]]}])
    with pytest.raises(DataError, match=r"training row 11: image is \(1, 1, 1\)"):
        pixels([*GREY, {"image": [[0.5]], "label": "a"}])


def test_saved_and_loaded_is_the_same(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        pixels().save(tmp_path / name)
    assert (tmp_path / "one/pixels.json").read_bytes() == (tmp_path / "two/pixels.json").read_bytes()
    other = tokenizer("pixels", GIVEN)
    other.load(tmp_path / "one")
    assert other.signature() == pixels().signature()
    for one, two in zip(other.encode(GREY), pixels().encode(GREY), strict=True):
        assert np.array_equal(one["pixels:image"], two["pixels:image"]) and one["class:label"] == two["class:label"]


@pytest.mark.parametrize(
    "change", [{"images": {}}, {"images": {"image": {"shape": [1, 0, 6], "channels": {}}}}, {"more": 1}]
)
def test_a_changed_file_is_refused(tmp_path, change):
    pixels().save(tmp_path)
    path = tmp_path / "pixels.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(RunError, match=r"pixels\.json"):
        tokenizer("pixels", GIVEN).load(tmp_path)
