"""Needs: what a State says it lacks, what it wants for it, what running it costs afterwards and who is to pay (norms 8.2; A/70/115, 40-42).

A need belongs to a State and is written by who speaks for it. Words stand beside the log; amounts, codes and days in it, so that
matching and overlap read acts alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from countermark.cooperation import actors, acts, states
from countermark.cooperation.acts import Words
from countermark.cooperation.rules import money
from countermark.cooperation.rules.days import Day
from countermark.cooperation.rules.seeing import VISIBILITIES
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence

OPEN = ("open",)
PERCENT = 100


class Cost(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of costs in minor units of the need's currency: once, or each year. `payer` is the key of an actor, empty for nobody yet."""

    category: str
    amount: int
    payer: str = ""
    what: str = ""


class Wanted(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wanted: a kind of help, what exactly (id of a note), how many."""

    kind: str
    what: str = ""
    quantity: int = 0


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What shows the gap: a figure of this register (`indicator`, its value and the day it was read), or words (id of a note)."""

    indicator: str = ""
    value: str = ""
    as_of: str = ""
    words: str = ""


class Need(msgspec.Struct, frozen=True, omit_defaults=True):
    """A need. Texts are ids of notes; amounts minor units of `currency`; `min_share` the percentage below which help is of no use.

    `readiness` says for rules, structures, infrastructure and staff how far the recipient is (0 nothing yet .. 3 in place); `after` is the
    actor that pays when the project is over; `compatible` the equipment, media and formats new things must work with.
    """

    title: str
    theme: str
    gap: str
    currency: str
    priority: int
    begin: Day
    end: Day
    wanted: tuple[Wanted, ...] = ()
    once: tuple[Cost, ...] = ()
    yearly: tuple[Cost, ...] = ()
    evidence: Evidence = Evidence()
    plan: str = ""
    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    after: str = ""
    compatible: tuple[str, ...] = ()
    prerequisites: str = ""
    readiness: dict[str, int] = {}
    min_share: int = 0
    visibility: str = "private"
    partners: tuple[str, ...] = ()

    @property
    def amount(self) -> int:
        """What is asked for once, in minor units."""
        return sum(cost.amount for cost in self.once)

    @property
    def running(self) -> int:
        """What it costs each year to keep running, in minor units."""
        return sum(cost.amount for cost in self.yearly)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of help wanted."""
        return tuple(dict.fromkeys(one.kind for one in self.wanted))


states.record("need", Need)


class Costed(msgspec.Struct, frozen=True):
    """A line of costs as somebody says it."""

    category: str
    amount: str
    payer: str = ""
    what: str = ""


class Asked(msgspec.Struct, frozen=True):
    """Something wanted as somebody says it."""

    kind: str
    what: str = ""
    quantity: int = 0


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A need as somebody says it: words as words, amounts as written."""

    title: str
    theme: str
    gap: str
    currency: str
    priority: int
    begin: str
    end: str
    wanted: Sequence[Asked] = ()
    once: Sequence[Costed] = ()
    yearly: Sequence[Costed] = ()
    indicator: str = ""
    indicator_value: str = ""
    indicator_day: str = ""
    evidence: str = ""
    plan: str = ""
    sites: Sequence[str] = ()
    languages: Sequence[str] = ()
    after: str = ""
    compatible: Sequence[str] = ()
    prerequisites: str = ""
    readiness: Mapping[str, int] = {}
    min_share: int = 0
    visibility: str = "private"
    partners: Sequence[str] = ()


def state_need(said: Said, *, actor: str, by: Actor, key: str = "", state: str = "open", request: str = "") -> str:
    """States a need of an actor, a new one or (with `key`) one it has stated before; returns its id.

    Said twice with one `request` it is stated once. Raises `Refused`, naming the field, for what no need can be.
    """
    if state not in LABELS["need_state"]:
        raise acts.refuse("state", state, acts.one_of(LABELS["need_state"]), "unknown")
    owner = actors.known_actor(actor)
    if key:
        mine(key, actor)
    pk = key or acts.id_for(request)
    value, words = need_of(said)
    acts.state_record("need", pk, value, by=by, state=state, parent=owner.name, due=value.end, texts=words.notes)
    return pk


def drafted(said: Said, *, actor: str, key: str, state: str) -> Draft:
    """The act that states a need of an actor, to be appended with others. Raises `Refused`."""
    value, words = need_of(said)
    columns = {"state": state, "parent": f"actor:{actor}", "due": value.end}
    return acts.record_draft("need", key, acts.plain([value])[0], columns, texts=words.notes)


def need_of(said: Said) -> tuple[Need, Words]:
    """A need as acts hold it, and the texts beside them. Raises `Refused`."""
    words = Words()
    code = currency(said.currency)
    begin, end = window(said.begin, said.end)
    chosen(said.theme, THEMES, "theme")
    if not 1 <= said.priority <= 5:
        raise acts.refuse("priority", str(said.priority), "a priority from 1 (highest) to 5", "range")
    if not 0 <= said.min_share <= PERCENT:
        raise acts.refuse("min_share", str(said.min_share), "a percentage from 0 to 100", "range")
    visible(said.visibility, said.partners)
    for name, level in said.readiness.items():
        chosen(name, LABELS["readiness"], "readiness")
        chosen(str(level), LABELS["level"], "readiness")
    need = Need(
        title=words(acts.required("title", said.title, "what is needed, in one line"), column="title"),
        theme=said.theme,
        gap=words(acts.required("gap", said.gap, "what is lacking"), column="gap"),
        currency=code,
        priority=said.priority,
        begin=begin,
        end=end,
        wanted=tuple(_wanted(one, words) for one in said.wanted),
        once=tuple(_cost("once", one, code, words) for one in said.once),
        yearly=tuple(_cost("yearly", one, code, words) for one in said.yearly),
        evidence=Evidence(said.indicator, said.indicator_value, said.indicator_day, words(said.evidence)),
        plan=words(said.plan),
        sites=tuple(words(site, "place") for site in said.sites if site.strip()),
        languages=tuple(language(one) for one in said.languages),
        after=actors.known_actor(said.after).key if said.after else "",
        compatible=tuple(words(one) for one in said.compatible if one.strip()),
        prerequisites=words(said.prerequisites),
        readiness=dict(said.readiness),
        min_share=said.min_share,
        visibility=said.visibility,
        partners=tuple(actors.known_actor(one).key for one in said.partners),
    )
    if not need.amount:
        raise acts.refuse("once", "", "at least one cost, so that help can be measured against it", "missing")
    return need, words


def _wanted(one: Asked, words: Words) -> Wanted:
    chosen(one.kind, LABELS["kind"], "wanted")
    if not 0 <= one.quantity <= money.MOST:
        raise acts.refuse("wanted", str(one.quantity), "how many, a whole number", "range")
    return Wanted(one.kind, words(one.what), one.quantity)


def _cost(column: str, one: Costed, code: str, words: Words) -> Cost:
    chosen(one.category, LABELS["cost"], column)
    payer = actors.known_actor(one.payer).key if one.payer else ""
    return Cost(one.category, amount(column, one.amount, code), payer, words(one.what))


def move(key: str, state: str, *, actor: str, by: Actor) -> None:
    """Brings a need of an actor to another state; what it says stays. Raises `Refused`."""
    chosen(state, LABELS["need_state"], "state")
    found = mine(key, actor)
    acts.state_record("need", key, found.of(Need), by=by, state=state, parent=found.parent, due=found.due)


def mine(key: str, actor: str) -> Subject:
    """A need of an actor. Raises `Refused` for one that is none, or another's."""
    found = acts.known("need", key, Sentence("the id of a need"))
    if not actor or found.parent != f"actor:{actor}":
        raise acts.refuse("need", key, "a need of the actor you speak for", "denied")
    return found


# --- what needs and offers share -----------------------------------------------------------------------------------------


def chosen(code: str, codes: Mapping[str, Any], column: str) -> str:
    """One of some codes. Raises `Refused`."""
    if code not in codes:
        raise acts.refuse(column, code, acts.one_of(codes), "unknown")
    return code


def currency(code: str) -> str:
    """A currency (ISO 4217). Raises `Refused` for what is none, and for a code that is no money (gold, tests)."""
    upper = code.strip().upper()
    if upper not in money.currencies():
        raise acts.refuse("currency", code, "the three letters of a currency (ISO 4217), such as EUR", "unknown")
    return upper


def language(code: str) -> str:
    """A language (ISO 639-1, or 639-3 where there is none of two letters). Raises `Refused` for what is none."""
    import pycountry

    lower = code.strip().lower()
    field = "alpha_2" if len(lower) == len("en") else "alpha_3"
    if not lower.isascii() or pycountry.languages.get(**{field: lower}) is None:
        raise acts.refuse("languages", code, "the two or three letters of a language (ISO 639), such as fr", "unknown")
    return lower


def amount(column: str, text: str, code: str) -> int:
    """An amount in minor units. Raises `Refused`."""
    try:
        return money.parse(text, code)
    except ValueError as error:
        raise acts.refuse(column, text, error.args[0], "unknown") from error


def window(begin: str, end: str) -> tuple[str, str]:
    """The first and last day of something. Raises `Refused` where they are none, or the wrong way round."""
    first, last = acts.day("begin", begin), acts.day("end", end)
    if last < first:
        raise acts.refuse("end", end, Sentence("a day from %(begin)s on", begin=begin), "range")
    return first, last


def visible(visibility: str, partners: Sequence[str]) -> None:
    """Raises `Refused` for a visibility there is not, and for one to partners that names none."""
    chosen(visibility, dict.fromkeys(VISIBILITIES), "visibility")
    if visibility == "partners" and not partners:
        raise acts.refuse("partners", "", "the partners it is shared with", "missing")
