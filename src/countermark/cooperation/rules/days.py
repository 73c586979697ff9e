"""Days as acts hold them (ISO 8601), so that what a log says instead of one is no record. Pure."""

from datetime import date
from typing import Annotated

import msgspec

Day = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", max_length=len("2026-01-31"))
]
"""A day as it stands in acts. Whether a month has that many is asked where it is said."""


def is_day(text: str) -> bool:
    """Whether a text is a day there is."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
