"""The meaning of a scan as data for programs, and as lines for people."""

from collections.abc import Iterator
from typing import Any

from countermark.stockpile.codes.scanning import Meaning


def as_data(meaning: Meaning) -> dict[str, Any]:
    """A meaning as JSON has it; `also` holds what else it may be, each with its kind and value."""
    tag = meaning.tag
    return {
        "kind": meaning.kind,
        "value": meaning.value,
        "symbology": meaning.symbology.name,
        "text": meaning.text,
        "elements": [{"ai": one.ai, "value": one.value} for one in meaning.elements],
        "tag": {"hex": tag.hex, "scheme": tag.scheme, "filter": tag.filter, "uri": tag.uri} if tag else None,
        "findings": [{"refused": one.refused, "message": str(one.message)} for one in meaning.findings],
        "questions": [{"at": one.at, "read": one.character, "may_be": list(one.others)} for one in meaning.questions],
        "also": [{"kind": one.kind, "value": one.value} for one in meaning.also],
    }


def lines(meaning: Meaning) -> Iterator[str]:
    """What there is to say besides kind and value."""
    for one in meaning.findings:
        yield str(one.message)
    for asked in meaning.questions:
        yield f"{asked.at + 1}: {asked.character} or {', '.join(asked.others)}?"
    for other in meaning.also:
        yield f"or {other.kind}: {other.value}"
