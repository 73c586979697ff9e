"""`countermark cooperation project`, `meeting`, `calendar`, `elsewhere`: projects and their gates, what others do, dates."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from countermark import cli
from countermark.cli.common import actor, json_option, print_json, ready, show, write
from countermark.cli.common import done as run
from countermark.cli.cooperation.common import MOST, listed, speaking, told, viewer

_key = click.argument("key", metavar="PROJECT")
_item = click.argument("item")
_words = click.option("--words", required=True, help="In words; kept beside the ledger.")
_maybe = click.option("--words", default="", help="In words; kept beside the ledger.")
_day = click.option("--day", required=True, help="The day, as 2026-01-31.")
_request = click.option("--request", default="", metavar="KEY", help="Said twice with one key, done once.")


def _says() -> dict[str, Any]:
    return {"actor": speaking(), "by": actor()}


def _whole(key: str) -> dict[str, Any]:
    from countermark.cooperation import queries
    from countermark.cooperation.projects import telling

    who = viewer()
    found = queries.known(who, "project", key)
    if found is None:
        raise cli.Finding(f"{key} is no project among those you may see")
    return telling.whole(found, who)


def _did(call: Callable[..., Any], key: str, *args: Any, as_json: bool, **named: Any) -> None:
    """Does something to a project, and prints what has become of it."""
    run(call, key, *args, **named, **_says())
    told(_whole(key), as_json)


@click.group("project")
def project() -> None:
    """Projects: proposed, agreed, delivered, evaluated. Only the authority the recipient has named passes their gates."""


@project.command("list")
@click.option("--stage", default="", help="planning, design, implementation, evaluation, closed or cancelled.")
@click.option("--theme", default="")
@click.option("--actor", "of", default="", help="Recipient or provider.")
@click.option("--text", default="", help="Words in the title.")
@json_option
def list_projects(stage: str, theme: str, of: str, text: str, as_json: bool) -> None:
    """Lists projects, the newest first."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.projects import queries, telling
    from countermark.cooperation.states import Subject

    found = queries.found(viewer(), queries.Sought(text, stage, theme, of))[:MOST]
    titles = acts.texts_of([Subject("", "", {"titles": [value.title for _one, value in found]})])
    show([telling.line(one, titles.get(value.title, "")) for one, value in found], "projects", as_json)


@project.command("show")
@_key
@json_option
def show_project(key: str, as_json: bool) -> None:
    """Shows one, with what the next gate asks for."""
    ready()
    told(_whole(key), as_json)


@project.command("history")
@_key
@json_option
def show_history(key: str, as_json: bool) -> None:
    """Shows what happened to one, the newest first."""
    ready()
    from countermark.cooperation import acts
    from countermark.cooperation.projects import history, queries
    from countermark.cooperation.projects.rules.shapes import Project

    found = acts.subject("project", key)
    if found is None or not queries.is_inner(found.of(Project), viewer()):
        raise cli.Finding(f"{key} is no project of your side")
    names = ("time", "act", "actor", "words", "event", "why")
    show([{name: getattr(one, name) for name in names} for one in history.of(found, viewer())], "acts", as_json)


@project.command("propose")
@click.argument("title")
@click.argument("needs", nargs=-1, required=True, metavar="NEED...")
@click.option("--giver", "givers", multiple=True, metavar="ACTOR=AMOUNT", help="A provider and what it brings.")
@click.option("--begin", default="", help="Empty: the first day of the needs.")
@click.option("--end", default="")
@_request
@json_option
def propose(
    title: str, needs: tuple[str, ...], givers: tuple[str, ...], begin: str, end: str, request: str, as_json: bool
) -> None:
    """Proposes a project that answers needs of one State, as its recipient or a provider."""
    ready()
    from countermark.cooperation import queries
    from countermark.cooperation.needs import amount
    from countermark.cooperation.projects import services
    from countermark.cooperation.projects.rules.shapes import Giver

    first = queries.known(viewer(), "need", needs[0])
    if first is None:
        raise cli.Finding(f"{needs[0]} is no need among those you may see")
    parted = [one.partition("=") for one in givers]
    brought = [
        Giver(one, run(amount, "giver", minor, str(first.value["currency"])) if minor else 0)
        for one, _equals, minor in parted
    ]
    key = run(
        services.plan, title, recipient=queries.owner(first), needs_answered=needs, givers=brought, begin=begin, end=end,
        request=request, **_says(),
    )  # fmt: skip
    told(_whole(key), as_json)


@project.command("describe")
@_key
@click.option("--title", required=True)
@click.option("--aims", required=True)
@click.option("--begin", required=True)
@click.option("--end", required=True)
@click.option("--need", "needs", multiple=True)
@click.option("--theme", "themes", multiple=True)
@click.option("--place", "places", multiple=True, help="A country (two letters) or region.")
@click.option("--language", "languages", multiple=True, help="A language of the recipient (ISO 639).")
@json_option
def describe(key: str, as_json: bool, **said: Any) -> None:
    """Says anew, whole, what a project is about. Signatures and the look for overlaps are due anew afterwards."""
    ready()
    from countermark.cooperation.projects import services

    currency = str(_whole(key)["currency"])
    _did(services.describe, key, services.Said(currency=currency, **said), as_json=as_json)


@project.command("authority")
@_key
@click.argument("user")
@json_option
def authority(key: str, user: str, as_json: bool) -> None:
    """Names who passes the gates for the recipient; the recipient does."""
    ready()
    from countermark.accounts.models import User
    from countermark.cooperation.projects import services

    named = User.objects.filter(username=user, disabled=False).first()
    if named is None:
        raise cli.Finding(f"{user} is nobody who may be named")
    _did(services.name_authority, key, named, as_json=as_json)


@project.command("ask")
@_key
@_maybe
@json_option
def ask(key: str, words: str, as_json: bool) -> None:
    """Asks for the gate of the stage to be passed."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.ask_gate, key, words=words, as_json=as_json)


@project.command("pass")
@_key
@click.argument("gate")
@_words
@json_option
def pass_gate(key: str, gate: str, words: str, as_json: bool) -> None:
    """Passes a gate: only in the name (`--as`) of the authority the recipient has named."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.pass_gate, key, gate, words=words, as_json=as_json)


@project.command("decline")
@_key
@click.argument("gate")
@_words
@json_option
def decline(key: str, gate: str, words: str, as_json: bool) -> None:
    """Does not pass a gate that was asked for."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.decline_gate, key, gate, words=words, as_json=as_json)


@project.command("back")
@_key
@click.argument("stage")
@_words
@json_option
def back(key: str, stage: str, words: str, as_json: bool) -> None:
    """Sends a project back to an earlier stage, as its authority."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.send_back, key, stage, words=words, as_json=as_json)


@project.command("cancel")
@_key
@_words
@json_option
def cancel(key: str, words: str, as_json: bool) -> None:
    """Ends a project before its time, as its authority."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.cancel, key, words=words, as_json=as_json)


@project.command("look")
@_key
@json_option
def look(key: str, as_json: bool) -> None:
    """Looks for what others do on the same theme, place and period, and records that it was looked for."""
    ready()
    from countermark.cooperation.projects import agreeing

    _did(agreeing.look_for_overlaps, key, as_json=as_json)


@project.command("answer")
@_key
@click.argument("overlap")
@_words
@json_option
def answer(key: str, overlap: str, words: str, as_json: bool) -> None:
    """Answers an overlap, as the recipient; OVERLAP as `show` names it."""
    ready()
    from countermark.cooperation.projects import agreeing

    _did(agreeing.answer_overlap, key, overlap, words, as_json=as_json)


@project.command("terms")
@_key
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--title", required=True)
@json_option
def terms(key: str, file: Path, title: str, as_json: bool) -> None:
    """Offers a document (PDF, JPEG, PNG) to agree on."""
    ready()
    from countermark.cooperation.projects import agreeing

    try:
        data = file.read_bytes()
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error}") from error
    _did(agreeing.offer_terms, key, title, data, as_json=as_json)


@project.command("sign")
@_key
@click.argument("sha256")
@json_option
def sign(key: str, sha256: str, as_json: bool) -> None:
    """Signs the terms that were offered last, by their SHA-256, for whom one speaks for."""
    ready()
    from countermark.cooperation.projects import agreeing

    _did(agreeing.sign_terms, key, sha256, as_json=as_json)


@project.command("budget")
@_key
@click.option("--category", default="", help="equipment, training, travel ...")
@click.option("--amount", default="")
@click.option("--payer", default="", help="The actor that pays it.")
@click.option("--what", default="")
@click.option(
    "--line",
    type=click.IntRange(1, 1000),
    help="Say this line anew, counted from 1; without an amount it is taken out.",
)
@_request
@json_option
def budget(
    key: str, category: str, amount: str, payer: str, what: str, line: int | None, request: str, as_json: bool
) -> None:
    """Adds a line to the budget, says one anew or takes it out."""
    ready()
    from countermark.cooperation.needs import Costed
    from countermark.cooperation.projects import services

    if not amount and line is None:
        raise click.UsageError("--amount: say what the line costs")
    said = Costed(category, amount, payer, what) if amount else None
    _did(services.set_line, key, said, at=None if line is None else line - 1, request=request, as_json=as_json)


@project.command("giver")
@_key
@click.argument("giver")
@click.argument("amount", default="")
@click.option("--offer", default="", help="The offer it comes from.")
@json_option
def giver(key: str, giver: str, amount: str, offer: str, as_json: bool) -> None:
    """Says what a provider brings; without an amount it is taken out."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.set_giver, key, giver, amount, offer=offer, as_json=as_json)


@project.command("share")
@_key
@click.argument("visibility", type=click.Choice(["partners", "public"]))
@click.option("--partner", "partners", multiple=True, metavar="ACTOR")
@click.option(
    "--hint",
    type=click.Choice(["none", "exists", "named"]),
    default="none",
    help="What others whose project overlaps are told.",
)
@json_option
def share(key: str, visibility: str, partners: tuple[str, ...], hint: str, as_json: bool) -> None:
    """Says who may see a project besides its sides; the recipient does."""
    ready()
    from countermark.cooperation.projects import services

    _did(services.share, key, visibility, partners, hint, as_json=as_json)


@project.command("running")
@_key
@click.argument("lines", nargs=-1, metavar="CATEGORY,AMOUNT,FIRST,LAST[,PAYER]...")
@json_option
def running(key: str, lines: tuple[str, ...], as_json: bool) -> None:
    """Plans the running costs, whole: each line an amount a year from the first year through the last."""
    ready()
    from countermark.cooperation.projects import agreeing

    _did(agreeing.plan_running, key, [_running(one) for one in lines], as_json=as_json)


def _running(text: str) -> Any:
    from countermark.cooperation.projects.agreeing import RunningCost

    parts = [one.strip() for one in text.split(",")]
    if not len("....") <= len(parts) <= len(".....") or not (parts[2].isdigit() and parts[3].isdigit()):
        raise click.UsageError(
            f"{text!r}: expected CATEGORY,AMOUNT,FIRST,LAST[,PAYER], such as power,1200,2026,2028,XA"
        )
    return RunningCost(parts[0], parts[1], "".join(parts[4:]), first=int(parts[2]), last=int(parts[3]))


@project.command("deliverable")
@_key
@click.option("--kind", required=True, help="equipment, training, knowledge, software, legal or works.")
@click.option("--title", required=True)
@click.option("--due", required=True)
@click.option("--owner", default="", help="The provider that delivers it.")
@click.option("--quantity", default=1)
@click.option("--language", default="", help="Of a training (ISO 639).")
@click.option("--maintenance", default="", help="How equipment is maintained.")
@click.option("--fallback", default="", help="How the work goes on by hand while it stands still.")
@click.option("--item", default="", help="One stated before, said anew.")
@_request
@json_option
def deliverable(key: str, item: str, request: str, as_json: bool, **said: Any) -> None:
    """States something to be delivered."""
    ready()
    from countermark.cooperation.projects import delivering

    due = delivering.DueSaid(**said)
    _did(delivering.set_deliverable, key, due, item=item, request=request, as_json=as_json)


@project.command("deliver")
@_key
@_item
@_day
@_maybe
@json_option
def deliver(key: str, item: str, day: str, words: str, as_json: bool) -> None:
    """Says that something was delivered."""
    ready()
    from countermark.cooperation.projects import delivering

    _did(delivering.deliver, key, item, day, note=words, as_json=as_json)


@project.command("accept")
@_key
@_item
@_day
@_maybe
@click.option("--register", type=click.Choice(["machine", "reader"]), help="Where equipment is entered.")
@click.option("--name", default="")
@click.option("--kind", default="", help="Of the machine or reader.")
@click.option("--place", default="")
@click.option("--serial", default="")
@click.option("--address", default="")
@click.option("--days", type=click.IntRange(1, 3660), help="Between two maintenances.")
@json_option
def accept(key: str, item: str, day: str, words: str, register: str | None, as_json: bool, **entered: Any) -> None:
    """Accepts what was delivered, as the recipient; equipment is entered in its register at once."""
    ready()
    from countermark.cooperation.projects import delivering

    where = delivering.Registered(register, **entered) if register else None
    _did(delivering.accept, key, item, day, register=where, note=words, as_json=as_json)


@project.command("refuse")
@_key
@_item
@_words
@json_option
def refuse(key: str, item: str, words: str, as_json: bool) -> None:
    """Does not accept what was delivered, as the recipient."""
    ready()
    from countermark.cooperation.projects import delivering

    _did(delivering.refuse_delivery, key, item, words=words, as_json=as_json)


@project.command("drop")
@_key
@_item
@_words
@json_option
def drop(key: str, item: str, words: str, as_json: bool) -> None:
    """Does without something that was to be delivered, as the recipient."""
    ready()
    from countermark.cooperation.projects import delivering

    _did(delivering.drop, key, item, words=words, as_json=as_json)


@project.command("risk")
@_key
@click.option("--what", required=True)
@click.option("--likelihood", type=click.IntRange(1, 3), required=True)
@click.option("--impact", type=click.IntRange(1, 3), required=True)
@click.option("--answer", required=True, help="What is done about it.")
@click.option("--owner", default="")
@click.option("--item", default="", help="One stated before, said anew.")
@_request
@json_option
def risk(
    key: str, what: str, likelihood: int, impact: int, answer: str, owner: str, item: str, request: str, as_json: bool
) -> None:
    """States a risk."""
    ready()
    from countermark.cooperation.projects import delivering

    said = (what, likelihood, impact, answer)
    _did(delivering.set_risk, key, *said, owner=owner, risk=item, request=request, as_json=as_json)


@project.command("indicator")
@_key
@click.option("--what", required=True)
@click.option("--baseline", default="")
@click.option("--target", required=True)
@click.option("--due", required=True)
@click.option("--unit", default="")
@click.option("--source", default="")
@click.option("--figure", default="", help="A figure of this register it is read from.")
@click.option("--item", default="", help="One stated before, said anew.")
@_request
@json_option
def indicator(key: str, item: str, request: str, as_json: bool, **said: Any) -> None:
    """States an indicator."""
    ready()
    from countermark.cooperation.projects import delivering

    target = delivering.TargetSaid(**said)
    _did(delivering.set_indicator, key, target, indicator=item, request=request, as_json=as_json)


@project.command("read")
@_key
@_item
@click.option("--day", default="")
@click.option("--value", default="", help="Empty: read from the figure of the register, today.")
@click.option("--source", default="")
@json_option
def read(key: str, item: str, day: str, value: str, source: str, as_json: bool) -> None:
    """Records what an indicator stood at."""
    ready()
    from countermark.cooperation.projects import delivering

    _did(delivering.read_indicator, key, item, day=day, value=value, source=source, as_json=as_json)


@project.command("outcome")
@_key
@_words
@json_option
def outcome(key: str, words: str, as_json: bool) -> None:
    """Says what came of a project, as the recipient."""
    ready()
    from countermark.cooperation.projects import delivering

    _did(delivering.evaluate, key, words, as_json=as_json)


@click.group("meeting")
def meeting() -> None:
    """Coordination meetings."""


@meeting.command("list")
@click.option("--state", default="", help="planned, held or cancelled.")
@json_option
def list_meetings(state: str, as_json: bool) -> None:
    """Lists the meetings one has called or is invited to."""
    ready()
    listed("meeting", "meetings", state, as_json)


@meeting.command("call")
@click.argument("title")
@click.option("--starts", required=True, help="With its offset: 2026-06-30T09:00+02:00.")
@click.option("--hours", default=2.0)
@click.option("--where", default="")
@click.option("--point", "agenda", multiple=True, help="A point of the agenda.")
@click.option("--invite", "invited", multiple=True, metavar="ACTOR")
@click.option("--project", default="")
@_request
@json_option
def call_meeting(title: str, starts: str, request: str, as_json: bool, **said: Any) -> None:
    """Calls a meeting."""
    ready()
    from countermark.cooperation.projects import meetings

    try:
        when = dt.datetime.fromisoformat(starts)
    except ValueError as error:
        raise click.UsageError(f"--starts: {starts!r} is no time") from error
    if when.tzinfo is None:
        raise click.UsageError("--starts: give the offset too, such as +02:00")
    called = meetings.Called(title=title, starts=when, **said)
    told({"meeting": run(meetings.call, called, request=request, **_says())}, as_json)


@click.command("calendar")
@click.option("--begin", default="", help="From this day on.")
@click.option("--end", default="", help="Until this day.")
@click.option("--ics", type=click.Path(path_type=Path), help="Write an iCalendar file (RFC 5545).")
@json_option
def calendar(begin: str, end: str, ics: Path | None, as_json: bool) -> None:
    """Shows what stands in one's calendar."""
    ready()
    from countermark.cooperation.projects import calendar as dates
    from countermark.cooperation.words import LABELS

    found = dates.entries(viewer(), begin, end)
    if ics is not None:
        write(ics, dates.feed(found, "countermark.invalid", lambda kind: LABELS["calendar"].get(kind, kind)))
    names = ("uid", "kind", "title", "day", "last", "starts", "ends")
    show([{name: getattr(one, name) for name in names} for one in found], "entries", as_json)


@click.group("elsewhere")
def elsewhere() -> None:
    """What others do, so that overlaps with it show."""


@elsewhere.command("list")
@json_option
def list_elsewhere(as_json: bool) -> None:
    """Lists what was taken in."""
    ready()
    listed("elsewhere", "elsewhere", "", as_json)


@elsewhere.command("add")
@click.argument("title")
@click.option("--stage", required=True, help="planning, implementation, closed or cancelled.")
@click.option("--begin", required=True)
@click.option("--end", required=True)
@click.option("--theme", "themes", multiple=True, required=True)
@click.option("--place", "places", multiple=True, required=True)
@click.option("--provider", "providers", multiple=True)
@click.option("--source", required=True, help="Where this is from.")
@click.option("--reference", default="", help="Its identifier there: said again it is stated anew.")
@click.option("--visibility", type=click.Choice(["private", "public"]), default="private")
@json_option
def add_elsewhere(title: str, as_json: bool, **said: Any) -> None:
    """States what somebody else does."""
    ready()
    from countermark.cooperation.projects import others

    key = run(others.state_elsewhere, title, **said, **_says())
    if as_json:
        print_json({"elsewhere": key})
        return
    click.echo(key)


COMMANDS = (project, meeting, calendar, elsewhere)
