"""What the services of the fund share: refusals beside a field, the books of this node, a window that may be posted to."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from countermark.cooperation import actors, acts
from countermark.cooperation.fund.rules.money import NOTHING, FundRefused, OutOfRange
from countermark.cooperation.fund.shapes import WINDOW, Window
from countermark.cooperation.queries import today
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.marks.sentences import Sentence
from countermark.register.checking import Refused
from countermark.register.files.errors import RowError

__all__ = ["beside", "earmarked", "keeper", "project", "today", "window_here"]


@contextmanager
def beside(column: str) -> Iterator[None]:
    """Makes what the rules of the books refuse a refusal beside one field."""
    try:
        yield
    except FundRefused as refusal:
        raise Refused([RowError(0, column, "", one, _code(refusal, one)) for one in refusal.problems]) from refusal


def _code(refusal: FundRefused, problem: Sentence) -> str:
    """`range` for what completes "expected ..."; `not_allowed` for what is a sentence of its own."""
    return "range" if isinstance(refusal, OutOfRange) or problem is NOTHING else "not_allowed"


def keeper() -> str:
    """`<state>/<node>` of this node: it keeps the books of the windows opened on it."""
    return acts.own_origin().rpartition("/")[0]


def window_here(key: str) -> Subject:
    """An open window whose books this node keeps. Raises `Refused`."""
    found = acts.known(WINDOW, key, Sentence("the id of a window of the fund"), "open")
    if found.of(Window).books != keeper():
        raise acts.refuse("window", key, Sentence("a window whose books this node keeps; these are kept at %(node)s", node=found.of(Window).books), "elsewhere")  # fmt: skip
    return found


def earmarked(themes: Sequence[str], regions: Sequence[str], projects: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What money is for, checked and in order. Raises `Refused` for a theme there is not."""
    for theme in themes:
        if theme not in THEMES:
            raise acts.refuse("themes", theme, acts.one_of(THEMES), "unknown")
    return {
        "themes": tuple(sorted(set(themes))),
        "regions": tuple(sorted({actors.region(one) for one in regions})),
        "projects": tuple(sorted({project(one, "projects") for one in projects if one.strip()})),
    }


def project(key: str, column: str) -> str:
    """The id of a project there is, or the empty text for none. Raises `Refused`."""
    found = key.strip()
    if found and acts.subject("project", found) is None:
        raise acts.refuse(column, found, "the id of a project", "unknown")
    return found
