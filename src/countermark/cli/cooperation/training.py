"""`countermark cooperation training`: courses, calls, nominations, choices, certificates."""

from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show
from countermark.cli.cooperation.common import described_each, known, listed, speaking, today, told, viewer


@click.group("training")
def training() -> None:
    """Training: who is asked to nominate, who was chosen and why, who is trained where."""


@training.command("courses")
@json_option
def courses(as_json: bool) -> None:
    """Lists the catalogue."""
    ready()
    listed("course", "courses", "", as_json)


@training.command("describe")
@click.option("--title", required=True)
@click.option("--theme", required=True, help="A theme, such as marking or stockpile.")
@click.option("--days", required=True, type=int)
@click.option("--language", "languages", multiple=True, help="ISO 639 code; repeat.")
@click.option("--contents", default="")
@click.option("--prerequisites", default="")
@click.option("--visibility", default="public", help="private, partners or public.")
@json_option
def describe(title: str, theme: str, days: int, languages: tuple[str, ...], contents: str, prerequisites: str, visibility: str, as_json: bool) -> None:  # fmt: skip
    """Puts a course into the catalogue."""
    ready()
    from countermark.cooperation.training import services

    said = services.CourseSaid(title, theme, days, languages, contents, prerequisites, visibility)
    told({"course": services.describe(said, actor=speaking(), by=actor())}, as_json)


@training.command("calls")
@click.option("--state", default="", help="open, chosen, held or cancelled.")
@json_option
def calls(state: str, as_json: bool) -> None:
    """Lists calls for nominations."""
    ready()
    listed("call", "calls", state, as_json)


@training.command("call")
@click.argument("course")
@click.option("--begin", required=True, metavar="DAY")
@click.option("--end", required=True, metavar="DAY")
@click.option("--closes", required=True, metavar="DAY", help="The last day for nominations.")
@click.option("--seats", required=True, type=int)
@click.option("--quota", default=0, help="At most for each State; 0 for no limit.")
@click.option("--function", "functions", multiple=True, help="Only these; repeat.")
@click.option("--language", "languages", multiple=True, help="One of them must be spoken; repeat.")
@click.option("--share", default=0, help="Least percentage of each sex.")
@click.option("--gap-years", default=0, help="Years since a course on this theme.")
@click.option("--for", "states", multiple=True, help="A State asked; repeat. All, if none is named.")
@click.option("--where", default="")
@json_option
def call(course: str, begin: str, end: str, closes: str, seats: int, quota: int, functions: tuple[str, ...], languages: tuple[str, ...], share: int, gap_years: int, states: tuple[str, ...], where: str, as_json: bool) -> None:  # fmt: skip
    """Asks governments to nominate for a course."""
    ready()
    from countermark.cooperation.training import services

    said = services.CallSaid(
        course, begin, end, closes, seats, quota, functions, languages, share, gap_years, states, where
    )
    told({"call": services.open_call(said, actor=speaking(), by=actor())}, as_json)


@training.command("nominate")
@click.argument("call_id", metavar="CALL")
@click.option("--name", required=True)
@click.option("--number", required=True, help="A service number or day of birth.")
@click.option("--function", required=True)
@click.option("--sex", default="", help="f or m.")
@click.option("--language", "languages", multiple=True)
@click.option("--unit", default="")
@click.option("--rank", default=1, help="Place in the State's own order.")
@json_option
def nominate(call_id: str, name: str, number: str, function: str, sex: str, languages: tuple[str, ...], unit: str, rank: int, as_json: bool) -> None:  # fmt: skip
    """Nominates somebody of the State one speaks for."""
    ready()
    from countermark.cooperation.training import services

    known("call", call_id)
    person = services.Person(name, number, function, sex, languages, unit, rank)
    day = today()
    told({"nomination": services.nominate(call_id, person, actor=speaking(), today=day, by=actor())}, as_json)


@training.command("nominations")
@click.argument("call_id", metavar="CALL")
@json_option
def nominations(call_id: str, as_json: bool) -> None:
    """Lists who is nominated, as far as one may see."""
    ready()
    from countermark.cooperation.training import queries

    known("call", call_id)
    found = queries.seen(viewer(), queries.nominations(call_id))
    lines = [line | {"actor": one.value["state"]} for one, line in zip(found, described_each(found), strict=True)]
    show(lines, "nominations", as_json)


@training.command("choose")
@click.argument("call_id", metavar="CALL")
@click.option("--dry-run", is_flag=True, help="Only shows whom the rules would choose and why.")
@json_option
def choose(call_id: str, dry_run: bool, as_json: bool) -> None:
    """Chooses among those nominated by the rules of the call; each choice says why."""
    ready()
    from countermark.cooperation.training import services

    # Who is nominated is for who holds the course, what the rules would choose too.
    found = known("call", call_id) if viewer().all else services.mine("call", call_id, speaking())
    day = today()
    made = services.proposed(found) if dry_run else services.choose(call_id, actor=speaking(), today=day, by=actor())
    lines = [{"nomination": one.key, "outcome": one.outcome, "reasons": "; ".join(one.reasons)} for one in made]
    show(lines, "choices", as_json)


@training.command("attend")
@click.argument("call_id", metavar="CALL")
@click.argument("present", nargs=-1, metavar="[NOMINATION]...")
@click.option("--day", "session", required=True, type=int, help="Day of the course, from 1.")
@click.option("--happened", default="", help="When it was, if it is told later.")
@json_option
def attend(call_id: str, present: tuple[str, ...], session: int, happened: str, as_json: bool) -> None:
    """Records who was there on one day; the others who were chosen were not."""
    ready()
    from countermark.cooperation.training import services

    services.attend(call_id, session, present, actor=speaking(), by=actor(), happened=happened)
    told({"call": call_id, "present": len(present)}, as_json)


@training.command("result")
@click.argument("nomination")
@click.option("--before", type=int)
@click.option("--after", type=int)
@click.option("--passed/--failed", default=None)
@click.option("--certify", is_flag=True, help="Gives the certificate to who was there and passed.")
@json_option
def result(nomination: str, before: int | None, after: int | None, passed: bool | None, certify: bool, as_json: bool) -> None:  # fmt: skip
    """Keeps results of tests, and gives the certificate."""
    ready()
    from countermark.cooperation.training import services

    said: dict[str, Any] = {"before": before, "after": after, "passed": passed}
    if any(value is not None for value in said.values()) or not certify:
        services.examine(nomination, actor=speaking(), by=actor(), certify=certify, **said)
    else:
        services.certify(nomination, actor=speaking(), by=actor())
    told({"nomination": nomination}, as_json)


@training.command("in-post")
@click.argument("nomination")
@click.option("--on", "day", required=True, metavar="DAY")
@click.option("--yes/--no", "still", required=True, help="Still in post, or moved on.")
@json_option
def in_post(nomination: str, day: str, still: bool, as_json: bool) -> None:
    """Says whether somebody trained was still in post on a day."""
    ready()
    from countermark.cooperation.training import services

    services.check(nomination, day, still, actor=speaking(), by=actor())
    told({"nomination": nomination, "day": day, "still": still}, as_json)


@training.command("certificate")
@click.argument("nomination")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def certificate(nomination: str, file: Path, as_json: bool) -> None:
    """Writes a certificate as PDF."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.training import certificate as papers
    from countermark.cooperation.training import queries

    found = acts.subject("nomination", nomination)
    if found is None or not queries.seen(viewer(), [found]):
        raise cli.Finding(f"{nomination} is no nomination among those you may see")
    file.write_bytes(papers.pdf(found))
    told({"nomination": nomination, "file": str(file)}, as_json)


@training.command("verify")
@click.argument("code")
@click.option("--key", "keys", multiple=True, help="Verifier key of a node; this store's logs, if none is given.")
@json_option
def verify(code: str, keys: tuple[str, ...], as_json: bool) -> None:
    """Checks the printed code of a certificate; with --key without a store."""
    ready()
    import msgspec

    from countermark.cooperation.training import certificate as papers
    from countermark.ledger.models import Log

    known_keys = list(keys) or list(Log.objects.values_list("verifier_key", flat=True))
    try:
        found = papers.verify(code, known_keys)
    except ValueError as error:
        raise cli.Finding(f"this is no genuine certificate: expected {error}") from error
    told(msgspec.to_builtins(found), as_json)


@training.command("people")
@click.option("--state", default="", help="Only of one State.")
@click.option("--theme", default="")
@json_option
def people(state: str, theme: str, as_json: bool) -> None:
    """Who is trained where, and how many are known to be in post after 1, 3 and 5 years."""
    ready()
    import msgspec

    from countermark.cooperation.training import queries

    found = queries.trained(viewer(), state=state, theme=theme)
    kept = queries.retention(found, today())
    lines = [vars(line) for line in queries.by_state(found)]
    posts = [vars(one) | {"share": one.share} for one in kept]
    if as_json:
        print_json({"trained": msgspec.to_builtins(lines), "in_post": msgspec.to_builtins(posts)})
        return
    show(lines, "trained", as_json)
    for one in kept:
        share = "no data" if one.share is None else f"{one.share:.0%}"
        click.echo(
            f"after {one.years} years: {share} in post ({one.still} in post, {one.gone} gone, {one.unknown} not asked)"
        )


COMMANDS = (training,)
