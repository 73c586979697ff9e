"""Which hand-over may follow which, who may receive a weapon, and what needs a second person. Pure.

Sources: PoA II.17 to 19; MOSAIC 05.20 (separate duties, two-person rule, accounting); norms 4.3.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from countermark.marks.sentences import Sentence
from countermark.register.handover import Custody

OUT = ("assignment", "shift", "loan", "repair", "evidence")
"""How somebody may have a weapon out of a store: for good, for a shift, lent, with a workshop, with an authority as evidence."""
KINDS = ("store", *OUT, "transit", "missing", "destroyed")
NEVER = ""
"""The custody of a weapon the stockpile has not handled yet: the register says where it is."""
_HANDLED = frozenset(
    {"active", "deactivated", "found", "recovered", "seized", "confiscated", "surrendered", "collected"}
)


@dataclass(frozen=True)
class Step:
    """A hand-over: the word of the events file it is recorded as, the custody it leads to (empty: one of `OUT`, as chosen), the
    custodies it may follow, and the statuses of the register it may meet.
    """

    event: str
    becomes: str
    after: frozenset[str]
    statuses: frozenset[str] = _HANDLED


STEPS: dict[str, Step] = {
    "receive": Step("transfer", "store", frozenset({NEVER, "store"})),
    "move": Step("move", "store", frozenset({NEVER, "store"})),
    "issue": Step("issue", "", frozenset({NEVER, "store"}), frozenset({"active"})),
    "return": Step("return", "store", frozenset(OUT)),
    "dispatch": Step("transit", "transit", frozenset({NEVER, "store"})),
    "arrive": Step("transfer", "store", frozenset({"transit"})),
    "lose": Step("loss", "missing", frozenset(KINDS) - {"missing", "destroyed"} | {NEVER}),
    "steal": Step("theft", "missing", frozenset(KINDS) - {"missing", "destroyed"} | {NEVER}),
    "recover": Step("find", "store", frozenset({"missing"}), _HANDLED | {"lost", "stolen"}),
    "destroy": Step("destruction", "destroyed", frozenset({NEVER, "store"})),
    "settle": Step("transfer", "", frozenset(KINDS) - {"destroyed"}, _HANDLED | {"lost", "stolen"}),
}


def problem(step: str, held: Custody | None, status: str) -> Sentence | None:
    """Why a hand-over may not follow, or None. `status` is the register's word for the weapon."""
    asked, custody = STEPS[step], held.kind if held else NEVER
    if held and len(held.heads) != 1 and step != "settle":
        return Sentence("a weapon whose hand-overs do not contradict each other: a discrepancy is open")
    if status not in asked.statuses:
        return STATUS_REFUSALS.get(status, Sentence("a weapon in lawful custody"))
    if custody in asked.after:
        return None
    return REFUSALS.get(custody, Sentence("a weapon this hand-over may follow"))


STATUS_REFUSALS: dict[str, Sentence] = {
    "stolen": Sentence("a weapon that is not on the stolen list: tell the duty officer"),
    "lost": Sentence("a weapon that is not reported lost: tell the duty officer"),
    "destroyed": Sentence("a weapon that was not destroyed"),
    "exported": Sentence("a weapon that was not exported"),
}
REFUSALS: dict[str, Sentence] = {
    NEVER: Sentence("a weapon that was issued here"),
    "store": Sentence("a weapon that is out: this one is in the store"),
    **dict.fromkeys(OUT, Sentence("a weapon in the store: this one is issued")),
    "transit": Sentence("a weapon in the store: this one is on its way"),
    "missing": Sentence("a weapon that is not missing"),
    "destroyed": Sentence("a weapon that was not destroyed"),
}


class Qualification(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody may show: `what` is `licence`, `training`, `medical` or `unit`; `weapons` the kinds it is for (empty: all);
    `until` its last day (ISO), empty for no end.
    """

    what: str
    weapons: tuple[str, ...] = ()
    until: str = ""


QUALIFICATIONS = ("licence", "training", "medical", "unit")


SECONDED = ("receive", "issue", "return", "dispatch", "dispose")
"""What a State or a place may ask a second person for; `dispose` is of surplus that is kept, given away or sold. An override and a destruction always need one; a contradiction is settled by who commands."""


class Policy(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a State or a place asks of its stores. `two_person` names those of `SECONDED` a second person must confirm; `requires` the
    qualifications for each kind of custody; `hours` until a weapon issued so is due back.
    """

    two_person: tuple[str, ...] = ("receive",)
    requires: dict[str, tuple[str, ...]] = {}
    hours: dict[str, int] = {}


USUAL = Policy(
    requires={"shift": ("training",), "assignment": ("licence", "training"), "loan": ("licence",)},
    hours={"shift": 12},
)
"""What holds where nobody has set a policy."""

ARMED_FORCES = Policy(SECONDED, USUAL.requires, USUAL.hours)
"""What the stores of armed forces and police are advised to ask: nobody hands over or takes in alone, whoever they say they are on the roster
(MOSAIC 05.20, two-person rule; norms 4.3). A form for rules opens with it where a place has none of its own; a State sets it once, for no place can
waive what the State asks. It is no rule by itself: a place with one person on duty cannot keep it, and would keep no rule at all.
"""
PRESETS = {"usual": USUAL, "armed_forces": ARMED_FORCES}
"""Rules to begin with, by name."""


@dataclass(frozen=True)
class Finding:
    """One thing that is asked of the receiver: whether it is there, for which kind of weapon, and until when."""

    what: str
    met: bool
    weapon_kind: str = ""
    until: str = ""


@dataclass(frozen=True)
class Eligibility:
    """Whether somebody may receive some weapons: green where every finding is met."""

    findings: Sequence[Finding] = field(default=())

    @property
    def green(self) -> bool:
        """Nothing is missing."""
        return all(finding.met for finding in self.findings)

    @property
    def missing(self) -> list[Finding]:
        """What is not there or has expired."""
        return [finding for finding in self.findings if not finding.met]


def eligible(
    held: Iterable[Qualification], required: Iterable[str], weapon_kinds: Iterable[str], today: str
) -> Eligibility:
    """What is asked of somebody who is to receive weapons of some kinds today (ISO), and whether it is there."""
    having, kinds = list(held), sorted(set(weapon_kinds)) or [""]
    return Eligibility([_finding(having, what, kind, today) for what in required for kind in kinds])


def _finding(held: Sequence[Qualification], what: str, kind: str, today: str) -> Finding:
    fitting = [one for one in held if one.what == what and (not one.weapons or kind in one.weapons)]
    valid = [one for one in fitting if not one.until or one.until >= today]
    last = max((one.until or "9999" for one in valid or fitting), default="")
    return Finding(what, bool(valid), kind, "" if last == "9999" else last)


def needs_second(policy: Policy, step: str) -> bool:
    """Whether a second person must confirm an act."""
    return step in policy.two_person


def merged(national: Policy | None, of_place: Policy | None) -> Policy:
    """The policy of a place: its own where it has one; what the State asks a second person for it cannot waive."""
    base = national or USUAL
    if of_place is None:
        return base
    both = tuple(dict.fromkeys((*base.two_person, *of_place.two_person)))
    return Policy(both, _stricter(base.requires, of_place.requires), {**base.hours, **of_place.hours})


def _stricter(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(dict.fromkeys((*one.get(kind, ()), *other.get(kind, ())))) for kind in {**one, **other}}
