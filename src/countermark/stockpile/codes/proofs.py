"""The signed proof that the large code of a printed hand receipt holds (`receipts.proof_of`): which receipt it speaks of. Pure; nothing is checked here."""

import base64
import zlib

PREFIX = "CMR1."
LONGEST = 4096


def receipt_of(text: str) -> str | None:
    """The code of the receipt a proof speaks of; None for a proof that is cut short or misread. Whether it is genuine only its signature says."""
    packed = text.removeprefix(PREFIX)
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        lines = zlib.decompressobj().decompress(raw, LONGEST).decode().splitlines()
    except (ValueError, zlib.error):
        return None
    return lines[1] if len(lines) > 1 and lines[1].isalnum() and lines[1].isascii() else None
