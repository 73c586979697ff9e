"""What is known of a project. Pure. Texts are ids of notes; amounts minor units of the project's currency; days ISO 8601.

`Plan` is what acts may state of it as a whole; everything else in `Project` follows from acts of their own (`fold.py`), so a plan that
brings a passed gate or a signature along is no plan at all.
"""

import msgspec

from countermark.cooperation.rules.days import Day

STAGES = ("planning", "design", "implementation", "evaluation", "closed")
GATES = STAGES[:-1]
"""Each gate is named for the stage it ends."""
CANCELLED = "cancelled"
OPEN = ("planning", "design")
"""The stages in which the plan itself may still change."""
UNDER_WAY = ("planning", "design", "implementation", "evaluation")
NEEDS_TRANSFER = ("equipment", "software")
"""What is of no lasting use unless people are taught, in their own language, to use and keep it (A/70/115, 42)."""


class Giver(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A provider: its actor, what it brings, and the offer it comes from."""

    actor: str
    amount: int = 0
    offer: str = ""


class Line(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of the budget that is paid once; `payer` the key of an actor, empty for nobody yet."""

    category: str
    amount: int
    payer: str = ""
    what: str = ""


class Running(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A running cost: `amount` each year from the year `first` through `last`, and who pays it; empty for nobody yet."""

    category: str
    amount: int
    first: int
    last: int
    payer: str = ""
    what: str = ""


class Plan(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is planned. `places` are countries or regions, `sites` ids of notes; `hint` what is told of it to somebody who may not see it and
    whose project overlaps: `none`, `exists` or `named`. `oda` whether it counts as development assistance: `yes`, `no`, or not said.
    """

    title: str
    recipient: str
    currency: str
    begin: Day
    end: Day
    givers: tuple[Giver, ...] = ()
    needs: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    aims: str = ""
    once: tuple[Line, ...] = ()
    oda: str = ""
    visibility: str = "partners"
    partners: tuple[str, ...] = ()
    hint: str = "none"

    @property
    def providers(self) -> tuple[str, ...]:
        """The actors that bring something."""
        return tuple(dict.fromkeys(one.actor for one in self.givers))

    @property
    def sides(self) -> tuple[str, ...]:
        """Everybody whose project it is: the recipient first."""
        return tuple(dict.fromkeys((self.recipient, *self.providers)))

    @property
    def amount(self) -> int:
        """What it costs once."""
        return sum(line.amount for line in self.once)

    @property
    def given(self) -> int:
        """What the providers bring."""
        return sum(one.amount for one in self.givers)


class Terms(msgspec.Struct, frozen=True, omit_defaults=True):
    """The document both sides agree on, by its SHA-256; `signed` are the actors in whose name somebody signed it, with who and when."""

    digest: str
    title: str = ""
    offered_by: str = ""
    signed: dict[str, tuple[str, str]] = {}


class Risk(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What may go wrong, how likely and how bad it is (1 to 3), and what is done about it by whom."""

    what: str
    likelihood: int
    impact: int
    answer: str
    owner: str = ""


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an indicator stood at on a day, and where that is from."""

    day: Day
    value: str
    source: str = ""


class Target(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An indicator: a number to start from, a number to reach by a day. `figure` is a figure of this register it is read from, if any."""

    what: str
    baseline: str
    target: str
    due: Day
    unit: str = ""
    source: str = ""
    figure: str = ""


class Indicator(Target, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """An indicator with what it stood at, the earliest first."""

    readings: tuple[Reading, ...] = ()


class Due(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Something to be delivered. `language` is that of a training; `maintenance` and `fallback` are of equipment: how it is kept, and how
    the work goes on by hand when it stands still (A/70/115, 31-32, 54). `owner` is the provider that delivers it.
    """

    kind: str
    title: str
    due: Day
    owner: str = ""
    quantity: int = 1
    language: str = ""
    maintenance: str = ""
    fallback: str = ""


class Deliverable(Due, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """With what became of it: days, who, and where it is registered (`machine:<id>` or `reader:<name>`)."""

    delivered: str = ""
    accepted: str = ""
    dropped: str = ""
    registered: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether nothing of it is outstanding."""
        return bool(self.accepted or self.dropped)


class Looked(msgspec.Struct, frozen=True, omit_defaults=True):
    """That overlaps were looked for, when, and what was found then."""

    day: str
    found: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True, omit_defaults=True):
    """That somebody asked for a gate to be passed."""

    gate: str
    by: str
    time: str
    words: str = ""


class Passed(msgspec.Struct, frozen=True, omit_defaults=True):
    """That the authority passed a gate: who, when, and the entry that proves it."""

    by: str
    time: str
    event: str
    words: str = ""


class Odd(msgspec.Struct, frozen=True, omit_defaults=True):
    """An act that changed nothing, and why."""

    why: str
    act: str
    by: str
    time: str


class Project(Plan, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A project as its acts say."""

    running: tuple[Running, ...] = ()
    authority: str = ""
    named_since: str = ""
    terms: Terms | None = None
    risks: dict[str, Risk] = {}
    indicators: dict[str, Indicator] = {}
    deliverables: dict[str, Deliverable] = {}
    looked: Looked | None = None
    answers: dict[str, str] = {}
    asked: Asked | None = None
    passed: dict[str, Passed] = {}
    outcome: str = ""
    odd: tuple[Odd, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether the terms are signed for the recipient and every provider."""
        return self.terms is not None and bool(self.givers) and all(side in self.terms.signed for side in self.sides)

    @property
    def unanswered(self) -> tuple[str, ...]:
        """Overlaps that were found and that the recipient has not answered."""
        return tuple(one for one in (self.looked.found if self.looked else ()) if one not in self.answers)
