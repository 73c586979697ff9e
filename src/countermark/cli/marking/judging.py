"""`countermark marking profiles|check|plan` and `countermark schema`: which marks a weapon must bear, and whether it bears them.

They need no store: a description goes in, an answer comes out.
"""

import datetime as dt
import json
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import json_option, print_json
from countermark.marking import description, profiles, rules, schemas
from countermark.marking.description import Description, Problem
from countermark.marking.profiles import Profile
from countermark.marking.rules import Finding

_own = click.option(
    "--profile",
    "own",
    multiple=True,
    metavar="PATH",
    type=click.Path(path_type=Path),
    help="A profile of your own, or a change of one (TOML), beside those that come with the program; or a directory of"
    " them. May be repeated.",
)
_file = click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))

_MOST_BYTES = 10 * 2**20


@click.command("profiles")
@_own
@json_option
def list_profiles(own: Sequence[Path], as_json: bool) -> None:
    """Lists the laws and instruments known: id, title, jurisdiction, force and dates."""
    known = _known(own)
    if as_json:
        print_json([_listed(profile) for profile in known])
        return
    for profile in known:
        click.echo(f"{profile.id:14} {profile.force:10} from {profile.from_}  {profile.title} ({profile.jurisdiction})")


@click.command("check")
@_file
@_own
@json_option
def check(file: Path, own: Sequence[Path], as_json: bool) -> None:
    """Judges the marks described in FILE (JSON, `-` for standard input) under each profile asked for."""
    described, chosen, problems = _asked(file, own)
    answer = rules.check(described, chosen, _day(described), problems)
    verdicts = {**answer.verdicts, **_unknown_names(described, own)}
    if as_json:
        print_json({**answer.as_json(), "verdicts": verdicts})
    else:
        _print_answer(verdicts, answer.findings)
    _end(verdicts.values())


@click.command("plan")
@_file
@_own
@json_option
def plan(file: Path, own: Sequence[Path], as_json: bool) -> None:
    """Says which marks the weapon described in FILE (JSON, `-` for standard input) still needs."""
    described, chosen, problems = _asked(file, own)
    planned = rules.plan(described, chosen, _day(described), problems)
    unknown = _unknown_names(described, own)
    if as_json:
        print_json({**planned.as_json(), "verdicts": {**planned.now.verdicts, **unknown}})
    else:
        _print_plan(planned)
    refused = [finding.verdict for finding in planned.now.findings if finding.verdict == "refused"]
    _end([*planned.planned_verdicts.values(), *unknown.values(), *("not_compliant" for _ in refused)])


@click.command("schema")
@click.argument("name", type=click.Choice(sorted(schemas.NAMES)))
@click.option("--json", expose_value=False, is_flag=True, help="The answer is JSON with or without this.")
def schema(name: str) -> None:
    """Prints the JSON Schema of something the program reads or writes."""
    print_json(schemas.schema(name))


def _known(own: Sequence[Path]) -> list[Profile]:
    known = {profile.id: profile for profile in profiles.shipped()}
    try:
        texts = {str(file): file.read_text("utf-8") for path in own for file in _files(path)}
        written = [profiles.read(text, name) for name, text in texts.items() if not profiles.is_change(text)]
        known |= {profile.id: profile for profile in written}
        for name, text in texts.items():
            if profiles.is_change(text):
                change = profiles.read_change(text, name)
                known[change.changes] = profiles.changed(_one(known, change.changes), change)
    except (OSError, UnicodeDecodeError, profiles.ProfileError) as error:
        raise click.UsageError(f"cannot read a profile: {error}") from error
    return list(known.values())


def _files(path: Path) -> list[Path]:
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _one(known: dict[str, Profile], name: str) -> Profile:
    if name not in known:
        raise profiles.ProfileError(f"no profile is called {name}; expected one of {', '.join(known)}")
    return known[name]


def _listed(profile: Profile) -> dict[str, Any]:
    return {
        "id": profile.id,
        "title": profile.title,
        "jurisdiction": profile.jurisdiction,
        "force": profile.force,
        "from": profile.from_.isoformat(),
        "to": profile.to.isoformat() if profile.to else None,
    }


def _asked(file: Path, own: Sequence[Path]) -> tuple[Description, list[Profile], list[Problem]]:
    described, problems = description.read(_object(file))
    known = _known(own)
    chosen, unknown = profiles.chosen(described.profiles, known)
    problems += [
        Problem(f"$.profiles.{name}", "one of " + ", ".join(profile.id for profile in known)) for name in unknown
    ]
    return described, chosen, problems


def _unknown_names(described: Description, own: Sequence[Path]) -> dict[str, str]:
    """Profiles nobody knows: what they demand is not known either."""
    return dict.fromkeys(profiles.chosen(described.profiles, _known(own))[1], "incomplete")


def _object(file: Path) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES + 1) if str(file) == "-" else file.read_bytes()
        if len(data) > _MOST_BYTES:
            raise click.UsageError(f"{file} is larger than {_MOST_BYTES} bytes")
        value = json.loads(data, object_pairs_hook=_each_once)
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{file} is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError(f"{file}: expected one JSON object; `countermark schema marking` prints its schema")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; a key that stands in it twice is a mistake nobody would see otherwise."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice} stands in one object twice")
    return found


def _day(described: Description) -> dt.date:
    return described.date or dt.datetime.now(dt.UTC).date()


def _end(verdicts: Any) -> None:
    if {"not_compliant", "incomplete"} & set(verdicts):
        click.get_current_context().exit(cli.FINDINGS)


_SIGNS = {"met": "ok", "missing": "MISSING", "refused": "REFUSED", "advice": "advice", "unknown": "?"}


def _print_answer(verdicts: dict[str, Any], findings: Sequence[Finding]) -> None:
    for name, verdict in verdicts.items():
        click.echo(f"{name:14} {verdict.replace('_', ' ')}")
    click.echo()
    for finding, message in _told_together(findings):
        where = f"{finding.component}: " if finding.component else ""
        click.echo(
            f"{_SIGNS[finding.verdict]:8} {finding.rule:22} {finding.force:9}  {where}{message}"
            f" [{finding.source}{', from memory' if finding.confidence == 'memory' else ''}]"
        )


def _told_together(findings: Sequence[Finding]) -> Iterator[tuple[Finding, str]]:
    """Each finding with its message; the elements one mark lacks are one line."""
    for (_, _, verdict), group in groupby(findings, lambda one: (one.rule, one.component, one.verdict)):
        told = list(group)
        lacking = [one.params["element"] for one in told if verdict == "missing" and "element" in one.params]
        rest = [one for one in told if verdict != "missing" or "element" not in one.params]
        if lacking and not rest:
            yield told[0], f"The mark does not give: {', '.join(lacking)}."
        for one in rest:
            yield one, f"{one.message} Needed: {', '.join(lacking)}." if lacking else one.message


def _print_plan(planned: rules.Plan) -> None:
    _print_answer(planned.now.verdicts, [one for one in planned.now.findings if one.verdict != "met"])
    click.echo()
    for number, mark in enumerate(planned.marks, 1):
        size = ", ".join(
            f"{name} at least {value:g} mm"
            for name, value in (("height", mark.height_mm), ("depth", mark.depth_mm))
            if value
        )
        usable = (
            "a security mark of the State" if mark.layer == "covert" else "no method is known to last on this material"
        )
        lasting = [choice.title for choice in mark.methods if choice.durability in ("good", "fair")]
        click.echo(f"{number}. {mark.component} ({mark.carrier}), {mark.mark_kind} mark: {mark.text}")
        click.echo(
            f"   {size or 'no size demanded'}; {lasting[0] if lasting else usable};"
            f" asked for by {', '.join(mark.rules)}"
        )
    for attribute in planned.now.strictest:
        who = ", ".join(f"{one['rule']} ({one['least']})" for one in attribute["demanded_by"])
        click.echo(f"{attribute['attribute']}: {_value(attribute['value'])}, demanded by {who}")
    for conflict in planned.now.conflicts:
        click.echo(f"{conflict['message']} {_sides(conflict['profiles'])}")
    if not planned.marks:
        click.echo("no mark is missing")
    for area in planned.space:
        told = (
            f"{area.future_import_marks} more import marks fit"
            if area.fits
            else "the marks do not fit: plan a second plate"
        )
        click.echo(f"{area.component} ({area.carrier}): {told}")


def _value(value: Any) -> str:
    return ", ".join(value) if isinstance(value, list) else f"{value:g}"


def _sides(profiles: dict[str, list[str]]) -> str:
    return "; ".join(f"{side}: {', '.join(names)}" for side, names in profiles.items())


COMMANDS = (list_profiles, check, plan)
