"""Images within the page: numbers from 0 to 1 become a PNG that the page carries itself."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

#: Images of more pixels are not shown.
MAX_PIXELS = 1 << 20
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def address(image: Any) -> str:
    """Return an image as a `data:` address; empty where the value is no image.

    Args:
        image: `[height][width]` or `[height][width][1 or 3]`, numbers from 0 to 1.
    """
    if not (isinstance(image, list) and len(image) > 1 and all(isinstance(row, list) for row in image)):
        return ""
    width = len(image[0])
    if width < 2 or len(image) * width > MAX_PIXELS or any(len(row) != width for row in image):
        return ""
    rows = [[pixel if isinstance(pixel, list) else [pixel] for pixel in row] for row in image]
    depths = {len(pixel) for row in rows for pixel in row}
    if depths not in ({1}, {3}) or not all(_is_light(number) for row in rows for pixel in row for number in pixel):
        return ""
    return "data:image/png;base64," + base64.b64encode(_png(rows, width, min(depths))).decode()


def _is_light(number: Any) -> bool:
    return isinstance(number, (int, float)) and 0 <= number <= 1


def _png(rows: list[list[list[float]]], width: int, depth: int) -> bytes:
    """Return 8-bit grey or RGB, each line unfiltered (PNG 1.2, sections 4.1.1 and 6)."""
    lines = b"".join(b"\0" + bytes(round(255 * number) for pixel in row for number in pixel) for row in rows)
    header = struct.pack(">IIBBBBB", width, len(rows), 8, 0 if depth == 1 else 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
