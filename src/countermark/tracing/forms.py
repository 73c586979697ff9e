"""What a person types on the trace page. A reading is taken as typed; evidence may be empty or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from countermark.register.files.vocabulary import COMPONENTS, KINDS, MARK_KINDS
from countermark.tracing.search.question import MarkReading, Query

LONGEST = 1000
MOST_MARKS = 12
EVIDENCE = ("maker", "country", "kind", "calibre")


@dataclass(frozen=True)
class Asked:
    """The trace page's fields as typed; `marks` always has at least one row."""

    marks: tuple[MarkReading, ...]
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> Query | None:
        """The query, or None when no reading was typed."""
        typed = tuple(mark for mark in self.marks if mark.reading)
        return Query(typed, **self.evidence) if typed else None


def read(data: Mapping[str, str], lists: Mapping[str, list[str]]) -> Asked:
    """The fields of a request: `reading`, `component`, `mark_kind` may come several times, in step.

    Codes that are none of the vocabulary's count as not given: they come from lists the page offers.
    """
    readings = [text.replace("\0", "")[:LONGEST].strip() for text in lists.get("reading", [])][:MOST_MARKS]
    components = _codes(lists.get("component", []), COMPONENTS, len(readings))
    kinds = _codes(lists.get("mark_kind", []), MARK_KINDS, len(readings))
    marks = [MarkReading(*mark) for mark in zip(readings, components, kinds, strict=True)]
    if not marks:
        marks = [MarkReading("")]
    if "add" in data and len(marks) < MOST_MARKS:
        marks.append(MarkReading(""))
    evidence = {name: data.get(name, "").replace("\0", "")[:200].strip() for name in EVIDENCE}
    if evidence["kind"] not in KINDS:
        evidence["kind"] = ""
    return Asked(tuple(marks), evidence)


def _codes(given: list[str], known: tuple[str, ...], length: int) -> list[str]:
    codes = [code if code in known else "" for code in given[:length]]
    return codes + [""] * (length - len(codes))
