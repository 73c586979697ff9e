"""A State's rules that serials of new weapons are stated twice by programs and files: dated, with their source; none is shipped.

The page of a new weapon asks without a rule. A rule is kept as a setting of the node, so every change is an act and `verify` covers it.
"""

import re
from datetime import date

import msgspec
from django.utils import timezone

from countermark.ledger import identity, services
from countermark.ledger.entry import now
from countermark.ledger.services import Actor
from countermark.register import acts
from countermark.register.checking import refuse
from countermark.register.files.again import WAYS, SerialRule, in_force

PREFIX = "serial-twice:"
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,39}")


def known() -> list[SerialRule]:
    """Every rule, ended ones too, by id."""
    return [msgspec.json.decode(value, type=SerialRule) for value in services.settings_of(PREFIX).values() if value]


def asking(way: str) -> SerialRule | None:
    """The rule that asks `programs` or `files` today; None where none does."""
    return in_force(known(), way, timezone.localdate().isoformat())


def require(rule: SerialRule, *, by: Actor) -> None:
    """Sets a rule, or states one of its id anew; who did it, and when, is kept with it. The same said again changes nothing. Raises `Refused`."""
    if not _ID.fullmatch(rule.id):
        raise refuse("id", rule.id, "a short name of small letters, digits, full stops and hyphens", "unknown")
    source = acts.required("source", rule.source, "the law or order that says so, and where")
    acts.day("since", rule.since)
    if rule.until and acts.day("until", rule.until) < rule.since:
        raise refuse("until", rule.until, "a day that is not before the first one", "unknown")
    if not rule.of or set(rule.of) - set(WAYS):
        raise refuse("of", ", ".join(rule.of), acts.one_of(WAYS), "unknown_code")
    services.require_own_log()
    person, of = identity.opaque("person", by.name), tuple(way for way in WAYS if way in rule.of)
    stated = msgspec.structs.replace(rule, source=source, of=of, by=person, stated=now())
    with services.alone():
        before = next((one for one in known() if one.id == rule.id), None)
        if before is None or before != msgspec.structs.replace(stated, stated=before.stated):
            services.set_setting(f"{PREFIX}{rule.id}", msgspec.json.encode(stated).decode(), by=by)


def end(rule_id: str, day: date, *, by: Actor) -> None:
    """Ends a rule with a day that is the last one in force. Raises `Refused`."""
    found = next((rule for rule in known() if rule.id == rule_id), None)
    if found is None:
        raise refuse("id", rule_id, "the id of a rule", "unknown")
    require(msgspec.structs.replace(found, until=day.isoformat()), by=by)
