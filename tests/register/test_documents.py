"""Documents kept with a record are what they begin with, not what they are called."""

import pytest

from countermark.register import documents
from tests.marking import photograph


def test_a_pdf_stays_bit_for_bit() -> None:
    assert documents.clean(photograph.PDF) == (photograph.PDF, "application/pdf")


def test_a_picture_loses_its_metadata() -> None:
    for data, media_type in ((photograph.jpeg(), "image/jpeg"), (photograph.png(), "image/png")):
        kept, kind = documents.clean(data)
        assert kind == media_type
        assert photograph.SECRET not in kept


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<script>", b"MZ\x90", b"%PDF-1.7 cut off", b"PK\x03\x04"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="PDF"):
        documents.clean(data)


def test_a_document_has_an_end() -> None:
    with pytest.raises(ValueError, match="at most 8 MiB"):
        documents.clean(photograph.PDF + bytes(documents.LONGEST))
