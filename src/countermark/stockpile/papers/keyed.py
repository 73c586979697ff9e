"""Hand-overs that were written on a numbered paper form while the counter had no power, keyed later: the receipt has both times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from countermark.ledger.reasons import Reason
from countermark.register import papercodes, papers
from countermark.register.papers import Elsewhere
from countermark.register.services import Added
from countermark.stockpile import acts, receipts
from countermark.stockpile.receipts import Counter

papers.ROOMS.update(dict.fromkeys(("issue", "return"), Elsewhere("stockpile:form_key", "stockpile:receipt")))


@dataclass(frozen=True)
class HandOver:
    """What the form says. `written` is the time on the paper, and when it happened where `counter.happened` says nothing else."""

    counter: Counter
    weapons: Sequence[str]
    written: str
    person: str = ""
    kind: str = ""
    due: str = ""
    override: Reason | None = None
    note: str = ""


def key(code: str, said: HandOver) -> str:
    """Makes the receipt a form stands for, and notes that it is keyed, both or neither; returns the code of the receipt. Raises `Refused`.

    The receipt is signed on paper, and the form is its request: keyed twice it is refused, and no second receipt comes of it.
    """
    kind = papercodes.kind_of(code)
    if kind not in ("issue", "return"):
        raise acts.refuse("form", papercodes.shown(code), "a form for an issue or a return", "unknown")
    at = replace(said.counter, request=f"form:{code}", happened=said.counter.happened.strip() or said.written.strip())

    def record() -> Added:
        made = _issue(at, said) if kind == "issue" else _return(at, said)
        receipts.sign(made, "paper", said.person, by=at.by)
        return Added(said.weapons[0], made, new=True)

    return papers.key(code, said.written, record, by=at.by).event_id


def _issue(at: Counter, said: HandOver) -> str:
    return receipts.issue(
        at, said.weapons, said.person, said.kind, due=said.due, override=said.override, note=said.note
    )


def _return(at: Counter, said: HandOver) -> str:
    return receipts.give_back(at, said.weapons, person=said.person, note=said.note)
