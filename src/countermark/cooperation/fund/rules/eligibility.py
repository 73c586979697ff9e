"""Who may be funded by a facility: dated rules with their source, and what each says of an application. Pure.

A rule reads one fact. Where the fact is unknown it says so: nothing is passed because nobody asked.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

Fact = bool | int | str | None
Force = Literal["binding", "political", "advisory"]
Result = Literal["met", "not_met", "no_data", "not_applicable"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """A rule of a facility, in force from a day until a day (both inclusive, empty for open). `only` are facts it applies under.

    `test` is one of `TESTS`, `value` what it compares with: whole amounts in units of `currency`, months, a list of codes.
    """

    id: str
    text: str
    fact: str
    test: str
    source: str
    force: Force = "binding"
    value: Any = None
    currency: str = ""
    from_: str = ""
    to: str = ""
    only: dict[str, Any] = {}


class Facility(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A facility that funds assistance, and its rules over the years."""

    id: str
    title: str
    source: str
    rules: tuple[Rule, ...]
    note: str = ""


def read(text: str) -> Facility:
    """A facility as it is written (TOML). Raises `ValueError`, which says what is wrong."""
    try:
        found = msgspec.convert(tomllib.loads(text), Facility)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ValueError(str(error)) from error
    if wrong := faults(found):
        raise ValueError("; ".join(wrong))
    return found


@dataclass(frozen=True)
class Finding:
    """What one rule says of one application."""

    rule: str
    facility: str
    result: Result
    force: Force
    message: str
    fact: str
    source: str


TESTS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda fact, value: fact == value,
    "one_of": lambda fact, value: fact in value,
    "at_most": lambda fact, value: fact <= value,
    "at_least": lambda fact, value: fact >= value,
}
_SHAPES: Mapping[str, tuple[type, ...]] = {
    "is": (bool, int, str),
    "one_of": (str,),
    "at_most": (int,),
    "at_least": (int,),
}


def in_force(rules: Iterable[Rule], day: str) -> list[Rule]:
    """The rules in force on a day (ISO 8601)."""
    return [rule for rule in rules if (not rule.from_ or rule.from_ <= day) and (not rule.to or day <= rule.to)]


def findings(facility: Facility, facts: Mapping[str, Fact], day: str) -> list[Finding]:
    """What each rule in force on a day says of an application; a fact that is missing or None gives `no_data`."""
    return [_finding(facility, rule, facts) for rule in in_force(facility.rules, day)]


def verdict(found: Sequence[Finding]) -> str:
    """`not_eligible` where a binding rule is not met, `undetermined` where one cannot be judged or none is in force, else `eligible`."""
    binding = [one.result for one in found if one.force == "binding" and one.result != "not_applicable"]
    if "not_met" in binding:
        return "not_eligible"
    return "undetermined" if "no_data" in binding or not binding else "eligible"


def _finding(facility: Facility, rule: Rule, facts: Mapping[str, Fact]) -> Finding:
    value = facts.get(rule.fact)
    result = _applies(rule, facts) or _judged(rule, value)
    shown = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return Finding(rule.id, facility.id, result, rule.force, rule.text, shown, rule.source)


def _applies(rule: Rule, facts: Mapping[str, Fact]) -> Result | None:
    for name, wanted in rule.only.items():
        known = facts.get(name)
        if known is None:
            return "no_data"
        if known != wanted:
            return "not_applicable"
    return None


def _judged(rule: Rule, value: Fact) -> Result:
    if value is None or value == "" or not isinstance(value, _SHAPES[rule.test]):
        return "no_data"
    return "met" if TESTS[rule.test](value, rule.value) else "not_met"


def faults(facility: Facility) -> list[str]:
    """What is wrong with the rules of a facility as they are written; empty for nothing."""
    found = [f"{rule.id}: unknown test {rule.test}" for rule in facility.rules if rule.test not in TESTS]
    found += [f"{rule.id}: no source" for rule in facility.rules if not rule.source]
    found += [f"{rule.id}: ends before it begins" for rule in facility.rules if rule.to and rule.to < rule.from_]
    ids = [rule.id for rule in facility.rules]
    return found + [f"{one}: twice" for one in sorted({one for one in ids if ids.count(one) > 1})]
