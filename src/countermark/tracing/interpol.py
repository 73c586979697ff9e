"""Export for INTERPOL: a trace request, and the stolen and lost, with the least that identifies a weapon (docs/interpol.md).

The form of iARMS is not public; this is a documented file that an NCB keys in or loads: maker, country of origin, type, serial number and
calibre, without which nothing is exported. The reference received back is kept on the request or weapon. Reference tables are
never required: a State that maps its kinds to codes gives them in a setting.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from countermark.ledger import services
from countermark.ledger.services import Actor
from countermark.marks.sentences import NotAllowed, Sentence
from countermark.register.models import Weapon
from countermark.tracing.cases.rules import DIVERTED
from countermark.tracing.requests.states import Request

FORMAT = "countermark-interpol/1"
NEEDED = ("maker", "country", "type", "serial", "calibre")
KINDS = "interpol-kinds"
"""The setting that names a State's codes of kinds: lines of TOML, `rifle = "R"`."""
REFERENCE = "interpol:"
"""Begins the settings that keep the references INTERPOL gave."""
LONGEST_REFERENCE = 100


class NotExported(NotAllowed):
    """What cannot be exported or noted; `problems` says everything that is wrong."""


class Record(msgspec.Struct, frozen=True):
    """One line of the file. `about` is `trace_request`, `stolen` or `lost`; `reference` ours, `interpol_reference` theirs if known."""

    format: str
    about: str
    reference: str
    maker: str
    country: str
    type: str
    serial: str
    calibre: str
    model: str = ""
    year: str = ""
    date: str = ""
    reason: str = ""
    interpol_reference: str = ""


def of_request(request: Request, *, by: Actor) -> list[Record]:
    """The weapons of a request as records; the export is an act. Raises `NotExported` where one lacks what identifies it."""
    asked = next((one.envelope.body for one in request.kept if one.envelope.kind == "request"), None)
    if asked is None:
        raise NotExported([Sentence("the request was not released yet")])
    kinds, known = kind_codes(), reference_of(request.id)
    made, wrong = [], []
    for number, weapon in enumerate(asked.get("weapons", []), start=1):
        record = Record(
            FORMAT, "trace_request", f"{request.id}/{number}", _said(weapon, "maker"), _said(weapon, "country"),
            kinds.get(_said(weapon, "kind"), _said(weapon, "kind")), _serial(weapon), _said(weapon, "calibre"), _said(weapon, "model"),
            _said(weapon, "year"), "", ", ".join(map(str, asked.get("why_illicit", []))), known,
        )  # fmt: skip
        made.append(record)
        wrong += [
            Sentence("weapon %(number)d: %(name)s is missing", number=number, name=name) for name in lacking(record)
        ]
    if wrong:
        raise NotExported(wrong)
    services.append(
        [services.timed_act("interpol_exported", {"conversation": request.id, "records": len(made)})], by=by
    )
    return made


def of_diverted(*, by: Actor) -> tuple[list[Record], list[str]]:
    """The stolen and lost weapons that can be identified, and the ids of those that cannot; the export is an act."""
    every = list(diverted())
    made = [one for one in every if not lacking(one)]
    left_out = [one.reference for one in every if lacking(one)]
    services.append([services.timed_act("interpol_exported", {"records": len(made)})], by=by)
    return made, left_out


def diverted() -> Iterator[Record]:
    """Every stolen and lost weapon as a record, also those that cannot be identified."""
    kinds, references = kind_codes(), services.settings_of(REFERENCE)
    for weapon in Weapon.objects.filter(status__in=DIVERTED, replaced_by=None).order_by("id").iterator(chunk_size=500):
        yield Record(
            FORMAT, weapon.status, str(weapon.id), weapon.maker, weapon.country, kinds.get(weapon.kind, weapon.kind), weapon.serial,
            weapon.calibre, weapon.model, weapon.year, weapon.last_time[:10], "", references.get(str(weapon.id), ""),
        )  # fmt: skip


def lacking(record: Record) -> list[str]:
    """The identification fields a record has not got; an unknown country counts as none."""
    return [
        name for name in NEEDED if not getattr(record, name).strip() or (name == "country" and record.country == "ZZ")
    ]


def lines(records: list[Record]) -> str:
    """The file: JSON Lines, UTF-8."""
    return "".join(json.dumps(msgspec.to_builtins(one), ensure_ascii=False) + "\n" for one in records)


def note(about: str, reference: str, *, by: Actor) -> None:
    """Keeps the reference INTERPOL gave to a request, case or weapon; empty takes it away. Raises `NotExported`."""
    if len(reference) > LONGEST_REFERENCE or not reference.isprintable():
        raise NotExported([Sentence("a reference of at most %(most)d characters", most=LONGEST_REFERENCE)])
    kept = services.setting_write(f"{REFERENCE}{about}", reference)
    services.append([services.timed_act("interpol_noted", {"about": about}, kept=(kept,))], by=by)


def reference_of(about: str) -> str:
    """The reference INTERPOL gave to a request, case or weapon, or nothing."""
    return services.setting(f"{REFERENCE}{about}")


def kind_codes() -> Mapping[str, str]:
    """The State's codes of kinds of weapon, if it named any."""
    return {str(kind): str(code) for kind, code in tomllib.loads(services.setting(KINDS)).items()}


def set_kind_codes(text: str, *, by: Actor) -> None:
    """Names the State's codes of kinds (TOML). Raises `NotExported`."""
    try:
        codes = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotExported([Sentence("%(why)s", why=str(error))]) from error
    if not all(isinstance(code, str) for code in codes.values()):
        raise NotExported([Sentence('lines such as rifle = "R"')])
    services.set_setting(KINDS, text, by=by)


def _said(weapon: Mapping[str, Any], name: str) -> str:
    value = weapon.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _serial(weapon: Mapping[str, Any]) -> str:
    marks = weapon.get("marks")
    first = (marks[0] if isinstance(marks, list) and marks else marks) or ""
    return str(first.get("reading") or first.get("mark") or "") if isinstance(first, Mapping) else str(first)
