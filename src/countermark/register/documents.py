"""Documents that are kept with a record: photographs, certificates, letters. What they are is read off them, not off their names. Pure.

A photograph loses what it says besides the picture (`photographs`). A PDF stays bit for bit, for it may be signed; it is only ever given
out to be saved, never shown by the browser inside a page.
"""

from countermark.marks.sentences import Sentence
from countermark.register import photographs

LONGEST = photographs.LONGEST
PDF = "application/pdf"
ACCEPTED = "image/jpeg,image/png,application/pdf"
"""The media types, as a file control names them."""
_END = b"%%EOF"
_TAIL = 2048
"""The end of a PDF stands in its last bytes; some writers put a few blank lines after it."""


def clean(data: bytes) -> tuple[bytes, str]:
    """The document as it may be kept, and its media type. Raises ValueError for what is no JPEG, PNG or PDF of at most 8 MiB."""
    if len(data) > LONGEST:
        raise ValueError(Sentence("a document of at most %(most)d MiB", most=LONGEST >> 20))
    if not data.startswith(b"%PDF-"):
        if not data.startswith(photographs.BEGINNINGS):
            raise ValueError(Sentence("a JPEG or PNG picture, or a PDF"))
        return photographs.without_metadata(data)
    if _END not in data[-_TAIL:]:
        raise ValueError(Sentence("a whole PDF"))
    return data, PDF
