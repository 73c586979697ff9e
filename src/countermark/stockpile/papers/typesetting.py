"""The papers of this room as PDF (`register/typesetting.py`), and the codes that stand on them."""

from pathlib import Path
from typing import Any

from countermark.register import typesetting
from countermark.register.typesetting import LONGEST, NoPaper, plain

__all__ = ["LONGEST", "NoPaper", "matrix", "pdf", "plain", "qr"]

FOLDER = Path(__file__).parent


def matrix(text: str) -> str:
    """A text as a square DataMatrix (SVG)."""
    # Libraries that only who prints needs.
    import zxingcpp

    return str(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True).to_svg())


def qr(text: str) -> str:
    """A text as a QR code (SVG)."""
    import zxingcpp

    return str(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg())


def pdf(template: str, data: dict[str, Any]) -> bytes:
    """The data of a paper in one of the templates of this folder, as PDF. Raises `NoPaper`."""
    return typesetting.pdf(FOLDER / template, data)
