"""Words written where a mark should stand: they say that there is none, and are never indexed as if they were one."""

import csv
import importlib.resources
from collections.abc import Iterator

from countermark.marks.text import canonical


def _table() -> Iterator[str]:
    source = importlib.resources.files("countermark.marks").joinpath("data/placeholders.tsv")
    for row in csv.DictReader(source.read_text(encoding="utf-8").splitlines(), delimiter="\t"):
        yield row["placeholder"]


PLACEHOLDERS: frozenset[str] = frozenset(canonical(written) for written in _table())
"""The placeholders of `data/placeholders.tsv` in canonical form."""


def is_placeholder(text: str) -> bool:
    """Say whether a text stands for "no mark": a placeholder of the table, or nothing but separators.

    Case, accents, spaces and punctuation do not matter. A text with a digit is never a placeholder: zeros alone have been
    stamped on real weapons. A `?` or `*` is a literal character here and no placeholder.
    """
    form = canonical(text)
    return not form or form in PLACEHOLDERS
