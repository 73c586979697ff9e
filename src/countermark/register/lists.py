"""Reference lists of makers, models and calibres: loading them, and reviewing spellings that stand in none.

A term is a kept row whose digest covers its aliases. A spelling used by weapons but standing in no term is provisional: it
works like any other, and waits here for somebody to say what it is.
"""

import dataclasses
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from countermark.ledger import database, identity, kept, services
from countermark.ledger.services import Actor, Draft, KeptWrite
from countermark.marks.sentences import Sentence
from countermark.register.checking import refuse
from countermark.register.files.errors import RowError
from countermark.register.files.lists import Kind, Listed, ListedModel, read_list
from countermark.register.loading.naming import file_digest
from countermark.register.loading.report import ERRORS_SHOWN, Report
from countermark.register.models import Term, TermAlias
from countermark.register.rows import spelling

LISTS: dict[Kind, str] = {"makers": "maker", "models": "model", "calibres": "calibre"}
TERMS_PER_ACT = 500
KNOWN, REJECTED = "known", "rejected"


@dataclass(frozen=True)
class TermValue:
    """A term with its aliases, as one value."""

    list: str
    name: str
    maker: str = ""
    aliases: tuple[str, ...] = ()
    details: dict[str, str] = field(default_factory=dict)
    state: str = KNOWN

    @property
    def key(self) -> str:
        """What names the term among kept rows."""
        named = f"{self.name}\x1f{self.maker}".encode()
        return f"{self.list}-{hashlib.sha256(named).hexdigest()[:40]}"

    @property
    def digest(self) -> str:
        """The digest of the kept row, aliases included."""
        values = {"list": self.list, "name": self.name, "maker": self.maker, "state": self.state}
        more = {f"alias {alias}": "1" for alias in self.aliases} | {f"detail {k}": v for k, v in self.details.items()}
        return identity.digest(values | more)


def load_list(kind: Kind, path: Path, by: Actor) -> Report:
    """Loads a reference list: new terms are added, aliases and details of known ones brought up to date, none removed.

    One bad row and nothing is loaded. Raises `UnreadableFile` and `UnmappedColumns`.
    """
    report = Report()
    wanted = list(_read(kind, path, report))
    if report.refused:
        return report
    held = {(term.name, term.maker): term for term in terms(LISTS[kind])}
    changed = [merged for value in wanted if (merged := _merged(value, held)) is not None]
    report.new = sum((value.name, value.maker) not in held for value in changed)
    report.changed = len(changed) - report.new
    report.unchanged = len(wanted) - len(changed)
    fields = {"list": LISTS[kind], "file": f"sha256:{file_digest(path)}"}
    with transaction.atomic():
        for some in database.chunks(changed, TERMS_PER_ACT):
            services.append([_change("list_changed", {**fields, "terms": len(some)}, some)], by=by)
    report.loaded = True
    return report


def _read(kind: Kind, path: Path, report: Report) -> Iterator[TermValue]:
    """The terms of a file, those of one name as one; errors go to the report."""
    found: dict[tuple[str, str], TermValue] = {}
    refused: set[int] = set()
    stream = read_list(kind, path)
    for row in stream:
        report.rows += 1
        if isinstance(row, RowError):
            refused.add(row.row)
            report.errors = [*report.errors, row][:ERRORS_SHOWN]
            continue
        value = _value(LISTS[kind], row)
        key = (value.name, value.maker)
        found[key] = _together(found[key], value) if key in found else value
    report.refused, report.warnings = len(refused), dict(stream.warnings)
    return iter(found.values())


def _value(list_: str, row: Listed) -> TermValue:
    details = msgspec.structs.asdict(row)
    for column in ("row", "name", "aliases"):
        details.pop(column)
    maker = details.pop("maker") if isinstance(row, ListedModel) else ""
    return TermValue(list_, row.name, maker, tuple(sorted(row.aliases)), {k: v for k, v in details.items() if v})


def _together(one: TermValue, other: TermValue) -> TermValue:
    aliases = tuple(sorted({*one.aliases, *other.aliases}))
    return TermValue(one.list, one.name, one.maker, aliases, {**one.details, **other.details})


def _merged(value: TermValue, held: dict[tuple[str, str], TermValue]) -> TermValue | None:
    """The term as it shall be, or None when it is so already."""
    there = held.get((value.name, value.maker))
    if there is None:
        return value
    merged = _together(there, value)
    return None if merged == there else merged


def terms(list_: str) -> list[TermValue]:
    """Every term of a list, rejected ones included, by name."""
    rows = Term.objects.filter(list=list_).prefetch_related("aliases").order_by("name", "maker")
    return [_stored(row) for row in rows]


def _stored(row: Term) -> TermValue:
    # The form by which an alias is looked up is derived: one that is not what it should be must not pass for it.
    aliases = tuple(
        sorted(
            a.spelling if a.normalised == spelling(a.spelling) else f"{a.spelling} for {a.normalised}"
            for a in row.aliases.all()
        )
    )
    return TermValue(row.list, row.name, row.maker, aliases, dict(row.details), row.state)


def _kept_rows() -> Iterator[tuple[str, str]]:
    for row in Term.objects.prefetch_related("aliases").order_by("pk").iterator(chunk_size=2000):
        value = _stored(row)
        yield value.key, value.digest


def _values(keys: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    wanted = set(keys)
    for list_ in LISTS.values():
        for value in terms(list_):
            if value.key in wanted:
                yield value.key, dataclasses.asdict(value)


def _given(value: dict[str, Any]) -> TermValue:
    """A term as another node of the State has it. Raises ValueError or TypeError for what is none."""
    term = TermValue(**{**value, "aliases": tuple(value["aliases"])})
    texts = (term.name, term.maker, *term.aliases, *term.details, *term.details.values())
    if (
        term.list not in LISTS.values()
        or term.state not in (KNOWN, REJECTED)
        or not all(isinstance(t, str) for t in texts)
    ):
        raise ValueError(f"no term: {term}")
    return term


def _merge(rows: Sequence[tuple[str, dict[str, Any]]], by: Actor) -> int:
    """Adds the terms, aliases and details that are not here. What this node decided stays: its states and details, and which
    term a spelling stands in.
    """
    return sum(
        _merge_list(list_, [_given(value) for _, value in rows if value["list"] == list_], by)
        for list_ in LISTS.values()
    )


def _merge_list(list_: str, values: Sequence[TermValue], by: Actor) -> int:
    held = {(term.name, term.maker): term for term in terms(list_)}
    spoken_for = known_spellings(list(held.values()))
    changed: list[TermValue] = []
    for value in values:
        there = held.get((value.name, value.maker))
        merged = _with_news(there, value, spoken_for)
        if merged != there:
            changed.append(merged)
            spoken_for |= known_spellings([merged])
    for some in database.chunks(changed, TERMS_PER_ACT):
        services.append([_change("list_changed", {"list": list_, "terms": len(some)}, some)], by=by)
    return len(changed)


def _with_news(there: TermValue | None, value: TermValue, spoken_for: set[str]) -> TermValue:
    aliases = tuple(alias for alias in value.aliases if spelling(alias) not in spoken_for)
    if there is None:
        return replace(value, aliases=aliases)
    details = {**value.details, **there.details}
    return replace(there, aliases=tuple(sorted({*there.aliases, *aliases})), details=details)


kept.register("term", _kept_rows, kept.Travels(_values, lambda value: _given(value).digest, _merge))


def _change(word: str, fields: dict[str, Any], values: Sequence[TermValue], note: str = "") -> Draft:
    rows = tuple(KeptWrite("term", value.key, value.digest, lambda value=value: _write(value)) for value in values)  # type: ignore[misc]
    return services.timed_act(word, fields, kept=rows, note=note)


def _write(value: TermValue) -> None:
    term, _ = Term.objects.update_or_create(
        list=value.list, name=value.name, maker=value.maker, defaults={"details": value.details, "state": value.state}
    )
    term.aliases.all().delete()
    TermAlias.objects.bulk_create(
        [TermAlias(term=term, spelling=alias, normalised=spelling(alias)) for alias in value.aliases]
    )


def review(
    list_: str, text: str, decision: str, *, term: str = "", maker: str = "", reason: str = "", by: Actor
) -> None:
    """Says what a provisional spelling is: `accept` it as a term, an `alias` of `term`, or `reject` it as no name at all.

    The spelling stays on the weapons as their source wrote it. Raises `Refused` for an unknown list, decision or term, for a
    rejection without a reason, and for a spelling that was reviewed meanwhile.
    """
    if list_ not in LISTS.values():
        raise refuse("list", list_, Sentence("one of %(codes)s", codes=", ".join(LISTS.values())), "unknown")
    if not text.strip():
        raise refuse("text", text, "a spelling", "missing")
    with services.alone():
        held = terms(list_)
        if spelling(text) in known_spellings(held):
            raise refuse("text", text, "a spelling nobody has reviewed yet", "reviewed")
        value = _decided(list_, text, decision, term, maker, reason, held)
        fields = {"list": list_, "decision": decision, "term": value.key}
        services.append([_change("term_reviewed", fields, [value], note=reason)], by=by)


def _decided(
    list_: str, text: str, decision: str, term: str, maker: str, reason: str, held: Sequence[TermValue]
) -> TermValue:
    if decision == "accept":
        return TermValue(list_, text, maker)
    if decision == "reject":
        if not reason.strip():
            raise refuse("reason", reason, "why this is no name", "missing")
        return TermValue(list_, text, state=REJECTED)
    if decision != "alias":
        raise refuse("decision", decision, "accept, alias or reject", "unknown")
    for known in held:
        if term in (known.key, known.name) and known.state == KNOWN:
            return _together(known, TermValue(list_, known.name, known.maker, (text,)))
    raise refuse("term", term, "a term of this list", "unknown")


def known_spellings(held: Sequence[TermValue]) -> set[str]:
    """Every spelling that stands in some term, normalised."""
    return {spelling(text) for value in held for text in (value.name, *value.aliases)}
