"""Pictures for the browser tests, drawn without a library."""

from __future__ import annotations

import struct
import zlib

COLOURS = {"crimson": (196, 46, 70), "ochre": (214, 150, 52), "teal": (36, 140, 140), "indigo": (76, 82, 190)}


def picture(colour: str, side: int = 128, turn: int = 0) -> bytes:
    """A PNG of one colour that fades to the lower right, with a darker disc whose place depends on `turn`."""
    centre_x, centre_y = (side // 3, 2 * side // 3)[turn % 2], (side // 3, 2 * side // 3)[turn // 2 % 2]
    rows = bytearray()
    for y in range(side):
        rows.append(0)
        for x in range(side):
            light = 1.25 - 0.75 * (x + y) / (2 * side)
            if (x - centre_x) ** 2 + (y - centre_y) ** 2 < (side // 5) ** 2:
                light *= 0.55
            rows += bytes(min(255, int(part * light)) for part in COLOURS[colour])
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(rows), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
