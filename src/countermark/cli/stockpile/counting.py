"""`countermark stockpile count`: plans, counts, scans from a file, differences, decisions, certificates."""

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, progress, ready, show, text_of, write

if TYPE_CHECKING:
    from countermark.stockpile.counting.queries import Counting
from countermark.ledger.reasons import Reason


@click.group("count")
def count() -> None:
    """Counts: planned, opened, counted, decided, closed, certified. Counting moves nothing."""


@count.command("rules")
@json_option
def rules(as_json: bool) -> None:
    """Lists the rules shipped: how often, by whom, from which source."""
    from countermark.stockpile.counting import presets

    names = ("id", "jurisdiction", "force", "days", "grace", "kind", "counters", "title", "source")
    show([{name: getattr(one, name) for name in names} for one in presets.known().values()], "rules", as_json)


@count.command("plan")
@click.argument("place")
@click.option("--rule", default="own", show_default=True, help="One of `count rules`.")
@click.option("--kind", default="", help="full, cyclic, surprise or rack; else as the rule says.")
@click.option("--first", default="", metavar="DAY", help="The first day; today where it is left out.")
@click.option("--days", type=click.IntRange(0), default=None, help="Days between; else as the rule says.")
@click.option("--counters", type=click.IntRange(1, 2), default=None, help="Blind to each other; else as the rule says.")
@click.option("--plan", "key", default="", metavar="KEY", help="States this plan anew.")
@json_option
def plan(
    place: str, rule: str, kind: str, first: str, days: int | None, counters: int | None, key: str, as_json: bool
) -> None:
    """Plans the counts of a place (name or id)."""
    ready()
    from countermark.stockpile.counting import services

    fields = services.PlanFields(rule, kind, first, -1 if days is None else days, counters or 0)
    made = services.set_plan(place, fields, key=key, by=actor())
    _say({"plan": made, "place": place}, made, as_json)


@count.command("end-plan")
@click.argument("key", metavar="PLAN")
@json_option
def end_plan(key: str, as_json: bool) -> None:
    """Takes a plan out of use."""
    ready()
    from countermark.stockpile.counting import services

    services.end_plan(key, by=actor())
    _say({"plan": key, "state": "ended"}, key, as_json)


@count.command("plans")
@json_option
def plans(as_json: bool) -> None:
    """Lists the plans, what is late first, and which place is to be counted."""
    ready()
    from countermark.accounts.models import User
    from countermark.accounts.rules import Grant
    from countermark.stockpile.counting import queries

    # Who works at the store itself sees all of it.
    seer = User(username="store")
    seer.grants = (Grant("commander", None, None),)

    lines = [
        {
            "plan": one.key,
            "place": one.place.name,
            "due": one.day,
            "urgency": one.urgency,
            "up_to": one.above.name if one.above else "",
            "kind": one.plan.kind,
            "rule": one.plan.preset,
            "counters": one.plan.counters,
            "running": one.running,
        }
        for one in queries.plans(seer)
    ]
    show(lines, "plans", as_json)


@count.command("open")
@click.argument("place", required=False, default="")
@click.option("--plan", "key", default="", metavar="KEY", help="Instead of PLACE: as this plan says.")
@click.option("--rule", default="own", show_default=True, help="One of `count rules`.")
@click.option("--counters", type=click.IntRange(1, 2), default=None, help="Blind to each other; else as the rule says.")
@json_option
def open_count(place: str, key: str, rule: str, counters: int | None, as_json: bool) -> None:
    """Opens a count of a place (name or id) and freezes what the register says; prints its code."""
    ready()
    from countermark.stockpile.counting import services

    made = services.open_count(services.Opening(place, key, rule, counters or 0), by=actor())
    line = _line(_count(made))
    _say(line, line["code"], as_json)


@count.command("list")
@click.option("--state", type=click.Choice(["open", "closed", "cancelled"]), default=None)
@json_option
def list_counts(state: str | None, as_json: bool) -> None:
    """Lists counts, the last one first."""
    ready()
    from countermark.stockpile.counting import queries

    show([_line(one) for one in queries.counts(None, state=state or "", most=1000)], "counts", as_json)


@count.command("begin")
@click.argument("code")
@click.option(
    "--sheet", type=click.Choice(["recount", "sample"]), default=None, help="The differences again, or a sample by eye."
)
@json_option
def begin(code: str, sheet: str | None, as_json: bool) -> None:
    """Takes a sheet of a count in the name of whoever acts (`--as`)."""
    ready()
    from countermark.stockpile.counting import services

    key, by, number = _key(code), actor(), sheet or ""
    if sheet == "recount":
        services.begin_recount(key, by=by)
    elif sheet == "sample":
        services.begin_sample(key, by=by)
    else:
        number = services.begin(key, by=by)
    _say({"code": code, "sheet": number}, number, as_json)


@count.command("scan")
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--how", type=click.Choice(["scanner", "typed", "paper", "reader"]), default="scanner", show_default=True)
@click.option(
    "--at", "place", default="", metavar="PLACE", help="Where they stand, until the file has the label of a rack."
)
@click.option("--happened", default="", metavar="TIME", help="The time written on a paper sheet.")
@json_option
def scan(code: str, file: Path, how: str, place: str, happened: str, as_json: bool) -> None:
    """Takes the scans of a file (one a line; - for standard input) onto one's own sheet. The same file again counts once."""
    ready()
    from countermark.stockpile import acts
    from countermark.stockpile.counting import services
    from countermark.stockpile.counting.reading import Scan

    text = sys.stdin.buffer.read().decode("utf-8-sig", "replace") if str(file) == "-" else text_of(file, "utf-8-sig")
    mark, key, by = hashlib.sha256(text.encode()).hexdigest()[:16], _key(code), actor()
    number, here = _own(key, by.name), acts.place_id(place)
    texts = [line.strip() for line in text.splitlines()]
    scans = [Scan(one, f"{mark}-{at}", here, how) for at, one in enumerate(texts) if one]
    told = progress("counted")
    lines: list[dict[str, Any]] = []
    for start in range(0, len(scans), services.MOST_SCANS):
        some = scans[start : start + services.MOST_SCANS]
        answers = services.scan(key, number, _standing(some, here), by=by, happened=happened)
        here = next((one.place.pk for one in reversed(answers) if one.place), here)
        lines += [{"text": one.text, "outcome": one.outcome, "word": one.word} for one in answers]
        told(min(start + services.MOST_SCANS, len(scans)), len(scans))
    show(lines, "scans", as_json)


def _standing(scans: Sequence[Any], place: str) -> list[Any]:
    """Scans where the last rack that was scanned is."""
    from dataclasses import replace

    return [replace(one, place=place) for one in scans]


@count.command("readers")
@click.argument("code")
@json_option
def from_readers(code: str, as_json: bool) -> None:
    """Takes onto one's own sheet what the readers of the place saw since the count began. Said again, only what is new."""
    ready()
    from countermark.stockpile.counting import radio

    key, by = _key(code), actor()
    taken = radio.take(key, _own(key, by.name), by=by)
    line = {"code": code, "taken": len(taken.answers), "known": taken.known, "strange": list(taken.strange)}
    _say(
        line,
        f"{len(taken.answers)} taken, {taken.known} there already, {len(taken.strange)} tags on no one weapon",
        as_json,
    )


@count.command("end")
@click.argument("code")
@click.option("--happened", default="", metavar="TIME", help="The time written on a paper sheet.")
@json_option
def end(code: str, happened: str, as_json: bool) -> None:
    """Ends one's own sheet."""
    ready()
    from countermark.stockpile.counting import services

    key, by = _key(code), actor()
    services.end(key, _own(key, by.name), by=by, happened=happened)
    _say(_line(_count(key)), _count(key).phase, as_json)


@count.command("show")
@click.argument("code")
@click.option("--outcome", default="", help="Only exceptions of this outcome.")
@json_option
def show_count(code: str, outcome: str, as_json: bool) -> None:
    """What a count comes to: figures, and the exceptions with what was decided."""
    ready()
    from countermark.stockpile.counting import queries

    found = _count(_key(code))
    line = _line(found)
    if found.phase == "counting":
        _say(line, line["phase"], as_json)
        return
    came, decided = queries.outcome(found), queries.decisions(found)
    names = ("item", "outcome", "weapon", "text", "expected", "place", "eye")
    lines = [
        {**{name: getattr(one, name) for name in names}, "decision": decided[one.item].word if queries.is_decided(one, decided) else ""}
        for one in came.exceptions
        if outcome in ("", one.outcome)
    ]  # fmt: skip
    if as_json:
        print_json({**line, "figures": came.figures, "sample": queries.sample_of(found), "exceptions": lines})
        return
    click.echo("  ".join(f"{name}: {n}" for name, n in came.figures.items() if n))
    show([{name: one[name] for name in ("outcome", "text", "item", "decision")} for one in lines], "exceptions", False)


@count.command("decide")
@click.argument("code")
@click.argument("word")
@click.argument("items", nargs=-1)
@click.option("--outcome", default="", help="Instead of ITEMS: all exceptions of this outcome nobody has decided on.")
@click.option("--reason", required=True)
@json_option
def decide(code: str, word: str, items: tuple[str, ...], outcome: str, reason: str, as_json: bool) -> None:
    """Decides on exceptions: put_back, record_move, incident, investigate, explained ... (docs/stockpile.md)."""
    ready()
    from countermark.stockpile.counting import queries, services

    key = _key(code)
    chosen = list(items) or [one.item for one in queries.undecided(_count(key)) if outcome and one.outcome == outcome]
    for start in range(0, len(chosen) or 1, services.MOST_DECIDED):
        services.decide(key, chosen[start : start + services.MOST_DECIDED], word, reason, by=actor())
    _say({"code": code, "decided": len(chosen)}, f"{len(chosen)} decided", as_json)


@count.command("close")
@click.argument("code")
@click.option("--accept-recount", is_flag=True, help="You answer for a recount by one of the two who counted blind.")
@json_option
def close(code: str, accept_recount: bool, as_json: bool) -> None:
    """Closes a count, by somebody who did not count, and records the weapons found; interrupted, it goes on."""
    ready()
    from countermark.stockpile.counting import services

    key, told = _key(code), progress("recorded")
    services.close(key, accepted=accept_recount, by=actor())
    done, total = services.record(key, by=actor(), seconds=1.0)
    while done < total:
        done, total = services.record(key, by=actor(), seconds=1.0)
        told(done, total)
    _say({**_line(_count(key)), "recorded": done}, f"{done} recorded", as_json)


@count.command("cancel")
@click.argument("code")
@because("count_given_up")
@json_option
def cancel(code: str, reason: Reason, as_json: bool) -> None:
    """Gives up a count that is open."""
    ready()
    from countermark.stockpile.counting import services

    services.cancel(_key(code), reason, by=actor())
    _say(_line(_count(_key(code))), "cancelled", as_json)


@count.command("certificate")
@click.argument("code")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--language", type=click.Choice(["ar", "en", "es", "fr", "ru", "zh"]), default="en", show_default=True)
@json_option
def certificate(code: str, file: Path, language: str, as_json: bool) -> None:
    """Writes the certificate of a closed count as PDF."""
    ready()
    from countermark.stockpile.counting import certificate as certificates

    try:
        data = certificates.pdf(_count(_key(code)), language)
    except certificates.NoCertificate as problem:
        raise cli.Finding(str(problem)) from problem
    write(file, data)
    _say({"code": code, "file": str(file), "bytes": len(data)}, str(file), as_json)


def _key(code: str) -> str:
    from countermark.stockpile.codes import house

    parsed = house.parse(code)
    if parsed is None or parsed[0] != "count":
        raise click.UsageError(f"{code!r} is not the code of a count")
    return parsed[1]


def _count(key: str) -> "Counting":
    from countermark.stockpile.counting import queries

    found = queries.counting(key)
    if found is None:
        raise click.UsageError(f"there is no count {key} here")
    return found


def _own(key: str, name: str) -> str:
    from countermark.ledger import identity

    own = _count(key).sheet_of(identity.opaque("person", name))
    if own is None:
        raise click.UsageError(f"{name} has no sheet of this count: begin one first")
    return own.number


def _line(found: "Counting") -> dict[str, Any]:
    from countermark.accounts.models import Place
    from countermark.stockpile.codes import house

    place = Place.objects.filter(pk=found.place).first()
    return {
        "code": house.shown(found.key),
        "place": place.name if place else "",
        "phase": found.phase,
        "rule": found.count.preset,
        "opened": found.subject.since,
        "expected": found.count.items,
        "out": found.count.out,
        "counters": found.count.counters,
    }


def _say(line: dict[str, Any], text: str, as_json: bool) -> None:
    if as_json:
        print_json(line)
    else:
        click.echo(text)


COMMANDS = (count,)
