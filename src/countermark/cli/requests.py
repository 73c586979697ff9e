"""`countermark request`, `message`, `verify-answer`: asking another State, being asked, and checking what was told.

`verify-answer` needs no store.
"""

import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, always_json, done, json_option, print_json, ready, text_of, write
from countermark.tracing.requests import proofs, rules

if TYPE_CHECKING:
    from countermark.tracing.requests.handling import Handling
    from countermark.tracing.requests.states import Request

_path = click.Path(path_type=Path, dir_okay=False)


@click.command("verify-answer")
@click.argument("file", metavar="FILE", type=_path)
@click.option(
    "--checkpoint",
    "held",
    multiple=True,
    metavar="FILE",
    type=_path,
    help="A signed checkpoint of the sender's log that you or a witness held before the request. May be repeated.",
)
@click.option(
    "--key", "keys", multiple=True, metavar="KEY", help="A verifier key you trust for the sender. May be repeated."
)
@json_option
def verify_answer(file: Path, held: Sequence[Path], keys: Sequence[str], as_json: bool) -> None:
    """Checks the proofs of a released answer, offline."""
    answer = _answer(file)
    report = proofs.verify(answer, [text_of(path) for path in held], list(keys))
    if as_json:
        print_json(msgspec.to_builtins(report, enc_hook=str))
    else:
        _print(report, with_key=not keys)
    if not report.ok:
        click.get_current_context().exit(cli.FINDINGS)


def _answer(file: Path) -> proofs.Answer:
    try:
        if file.stat().st_size > proofs.MAX_BYTES:
            raise click.UsageError(f"{file} is larger than {proofs.MAX_BYTES} bytes")
        return proofs.read(file.read_bytes())
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from error
    except proofs.AnswerError as error:
        raise click.UsageError(f"{file}: {error}") from error


def _print(report: proofs.Report, *, with_key: bool) -> None:
    for one in report.records:
        if one.genuine:
            date = "there before the checkpoint you held" if one.before == "proven" else "date asserted, not proven"
            click.echo(f"genuine; {date}: {one.event_id}")
        else:
            click.echo(f"NOT GENUINE: {one.event_id}: {one.why}")
    for event_id in report.unproven:
        click.echo(f"told without its entry, unproven: {event_id}")
    for problem in report.problems:
        click.echo(f"PROBLEM: {problem}")
    if with_key:
        click.echo(f"signed by the key the answer itself names; compare it by other means: {report.key}")


@click.group("request")
def request() -> None:
    """Tracing requests between States (ITI 16-23)."""


@request.command("draft")
@click.argument("kind", type=click.Choice(list(rules.table().messages)))
@click.option(
    "--to", "peer", default="", metavar="ORIGIN", help="Whom a new request is for: a node, or a State's two letters."
)
@click.option("--request", "conversation", default="", metavar="ID", help="The request the message belongs to.")
@click.option(
    "--after", "parent", default="", metavar="ID", help="The request a new one follows from; its peer is not told."
)
@always_json
def draft(kind: str, peer: str, conversation: str, parent: str) -> None:
    """Writes a message down, from a JSON object on standard input; another person releases it."""
    ready()
    from countermark.tracing.requests import services

    if bool(peer) == bool(conversation):
        raise click.UsageError("give --to for a new request, or --request for one there is")
    said = {"peer": peer, "conversation": conversation, "parent": parent}
    draft_id = done(services.draft, kind, _body(), **said, by=actor())
    print_json({"draft": draft_id})


@request.command("release")
@click.argument("draft_id", metavar="DRAFT")
@always_json
def release(draft_id: str) -> None:
    """Sends a draft, as a person other than its writer (`--as`)."""
    ready()
    from countermark.tracing.requests import services

    print_json(_shown(done(services.release, draft_id, by=actor())))


@request.command("list")
@click.option("--overdue", is_flag=True, help="Only those in which what is owed is late.")
@json_option
def list_requests(overdue: bool, as_json: bool) -> None:
    """Lists the requests this node knows, the newest first."""
    ready()
    from countermark.tracing.requests import queries

    found = [_shown(one) for one in queries.requests()]
    if overdue:
        found = [one for one in found if one["overdue"]]
    if as_json:
        print_json({"requests": found})
        return
    for one in found:
        click.echo(f"{one['id']}  {one['peer']:12} {one['side']:9} {one['state']:22} {one['due'] or ''}")


@request.command("due")
@click.option(
    "--within", type=click.IntRange(0), metavar="DAYS", help="Only what is due within so many days, or has no day."
)
@json_option
def list_due(within: int | None, as_json: bool) -> int:
    """Lists what is due, ours and theirs: requests, drafts to release, consent, texts to be erased, hits of the stolen list. Exit status 1
    where something of ours is overdue.
    """
    ready()
    from countermark.tracing import due

    found = due.due(within=within)
    late = any(one.overdue and one.by_us for one in found)
    if as_json:
        shown = [{**vars(one), "what": str(one.what)} for one in found]
        print_json({"due": shown, "overdue": late})
        return cli.FINDINGS if late else cli.OK
    for one in found:
        mark = "OVERDUE" if one.overdue else "soon" if one.soon else ""
        turn = "ours" if one.by_us else "theirs"
        click.echo(f"{one.day or '-':10}  {mark:7}  {turn:6}  {one.whom:20}  {one.about}  {one.what}")
    return cli.FINDINGS if late else cli.OK


@request.command("expire")
@click.option("--dry-run", is_flag=True, help="Only say which messages it would be.")
@always_json
def expire(dry_run: bool) -> None:
    """Erases what other States told whose last day is over; a served node does so by itself every hour."""
    ready()
    from countermark.tracing.requests import expiry

    if dry_run:
        found = [(one.id, kept.envelope.number) for one, kept, _ in expiry.expired(expiry.today())]
    else:
        found = expiry.expire(by=actor())
    print_json({"messages": [{"request": one, "number": number} for one, number in found], "erased": not dry_run})


@request.command("show")
@click.argument("conversation", metavar="ID")
@always_json
def show(conversation: str) -> None:
    """Shows a request with everything that was said."""
    ready()
    from countermark.tracing.requests import queries

    found = queries.request(conversation)
    if found is None:
        raise cli.Finding(f"there is no request {conversation}")
    print_json({**_shown(found), "messages": [_message(one.envelope) for one in found.kept]})


@request.command("paper")
@click.argument("conversation", metavar="ID")
@click.argument("kind", type=click.Choice(list(rules.table().messages)))
@click.option("--time", "time", required=True, metavar="TIME", help="When it was written, RFC 3339 UTC.")
@always_json
def paper(conversation: str, kind: str, time: str) -> None:
    """Records what a State without a node said on paper, from a JSON object on standard input."""
    ready()
    from countermark.tracing.requests import services

    print_json(_shown(done(services.note_paper, conversation, kind, _body(), time, by=actor())))


@request.command("answer")
@click.argument("conversation", metavar="ID")
@click.argument("weapon_id", metavar="WEAPON_ID")
@click.option("--without", multiple=True, metavar="URN", help="An opaque id whose name is withheld. May be repeated.")
@click.option("--also", multiple=True, metavar="URN", help="An opaque id whose name is told as well. May be repeated.")
@click.option("--partly", multiple=True, metavar="EVENT_ID", help="An event told without its entry, so without proof.")
@click.option("--leave-out", multiple=True, metavar="EVENT_ID", help="An event that is not told.")
@click.option("--condition", "conditions", multiple=True, help="How what is told is to be handled, in words.")
@click.option("--staff", multiple=True, metavar="ROLE", help="Only these roles may see it there. May be repeated.")
@click.option("--organisation", default="", help="Only people of this organisation may see it there.")
@click.option("--purpose", default="", help="What it may be used for.")
@click.option("--no-onward", is_flag=True, help="It is passed on to no other State without our consent.")
@click.option("--seen-until", default="", metavar="DAY", help="The last day on which it may be seen there.")
@click.option(
    "--only",
    multiple=True,
    metavar="ID",
    help="An event id or opaque id the conditions are for; by default they are for the whole answer. May be repeated.",
)
@always_json
def answer(conversation: str, weapon_id: str, **chosen: Any) -> None:
    """Builds the answer about a weapon as it would be released, with its proofs; it is not sent."""
    ready()
    from countermark.tracing.requests import answers, queries

    found = queries.request(conversation)
    if found is None:
        raise cli.Finding(f"there is no request {conversation}")
    conditions = _conditions(chosen)
    choice = answers.Choice(
        names=frozenset(chosen["also"]),
        without=frozenset(chosen["without"]),
        partly=dict.fromkeys(chosen["partly"], answers.FACTS),
        left_out=frozenset(chosen["leave_out"]) | (answers.left_out(weapon_id) - frozenset(chosen["partly"])),
        conditions=tuple(chosen["conditions"]),
        handling=None if chosen["only"] else conditions,
        handled=dict.fromkeys(chosen["only"], conditions) if conditions else {},
    )
    held = [one.envelope.holds for one in found.received]
    try:
        print_json(msgspec.to_builtins(answers.build(weapon_id, conversation, choice, held)))
    except answers.NoSuchWeapon as error:
        raise cli.Finding(f"there is no weapon {weapon_id}") from error


def _conditions(chosen: dict[str, Any]) -> "Handling | None":
    from countermark.tracing.requests import handling

    found = handling.Handling(
        staff=tuple(chosen["staff"]),
        organisation=chosen["organisation"],
        purpose=chosen["purpose"],
        no_onward=chosen["no_onward"],
        until=chosen["seen_until"],
    )
    if problems := handling.problems(msgspec.to_builtins(found)):
        raise click.UsageError("; ".join(problems))
    return found if found != handling.Handling() else None


@request.command("address")
@click.argument("origin", metavar="ORIGIN")
@click.argument("url", metavar="URL")
@always_json
def address(origin: str, url: str) -> None:
    """Says where another State's node answers (https, or http on this machine)."""
    ready()
    from countermark.tracing.requests import delivery

    done(delivery.set_address, origin, url, by=actor())
    print_json({"origin": origin, "url": delivery.address(origin)})


@request.command("witness")
@click.argument("origin", metavar="ORIGIN")
@click.argument("file", metavar="FILE", type=_path)
@always_json
def witness(origin: str, file: Path) -> None:
    """Keeps a signed checkpoint of another State's log: later answers of that State can be dated by it."""
    ready()
    from countermark.tracing.requests import services

    print_json({"origin": origin, "size": done(services.hold_checkpoint, origin, text_of(file), by=actor())})


@request.command("periods")
@click.argument("country", metavar="[COUNTRY]", default="")
@click.option("--acknowledge", type=int, metavar="DAYS", help="Days within which is acknowledged.")
@click.option("--answer", type=int, metavar="DAYS", help="Days within which is answered.")
@click.option("--information", type=int, metavar="DAYS", help="Days within which information asked for is given.")
@click.option("--remind", type=int, metavar="DAYS", help="Days before what is owed, for a reminder.")
@click.option("--source", default="", help="The law, order or agreement that says so; needed to set any.")
@always_json
def set_periods(country: str, source: str, **days: int | None) -> None:
    """Prints, or sets with one country or every other, the periods of the nation: the ITI names none."""
    ready()
    from countermark.tracing.requests import periods

    changed = {name: value for name, value in days.items() if value is not None}
    if changed or source:
        found = msgspec.structs.replace(periods.of(country), source=source, **changed)
        done(periods.set_periods, country, found, by=actor())
    print_json({"periods": {name or "*": msgspec.to_builtins(one) for name, one in periods.known().items()}})


@request.group("key")
def key() -> None:
    """The keys messages are signed with and sealed to: rotating ours, and those of other nodes."""


@key.command("rotate")
@click.option("--old-until", required=True, metavar="TIME", help="Until when the key before is believed, RFC 3339 UTC.")
@always_json
def key_rotate(old_until: str) -> None:
    """Makes a new signing and sealing key, announced by the one before; every message tells it to its receiver.

    The log keeps its key, so that old checkpoints stay verifiable.
    """
    ready()
    from countermark.tracing.requests import keyring

    print_json(msgspec.to_builtins(_keyed(keyring.rotate, old_until, by=actor())))


@key.command("take")
@click.argument("origin", metavar="ORIGIN")
@click.argument("file", metavar="FILE", type=_path)
@always_json
def key_take(origin: str, file: Path) -> None:
    """Takes in the announcement of another node's new key, which came as a file."""
    ready()
    from countermark.tracing.requests import keyring

    print_json({"keys": msgspec.to_builtins(_keyed(keyring.learn, origin, text_of(file), by=actor()))})


@key.command("trust")
@click.argument("origin", metavar="ORIGIN")
@click.argument("verifier_key", metavar="KEY")
@click.option("--encryption-key", default="", metavar="KEY", help="What is sealed to the node from then on.")
@click.option("--since", default="", metavar="TIME", help="From when it is believed, RFC 3339 UTC.")
@click.option("--until", default="", metavar="TIME", help="Until when; for a stolen key, a time that is past.")
@always_json
def key_trust(origin: str, verifier_key: str, encryption_key: str, since: str, until: str) -> None:
    """Enters a key compared by hand, or changes until when one is believed."""
    ready()
    from countermark.tracing.requests import keyring, keys

    given = keys.PeerKey(verifier_key, encryption_key, since, until)
    _keyed(keyring.trust, origin, given, by=actor())
    print_json({"keys": msgspec.to_builtins(keyring.of_peer(origin))})


@key.command("compared")
@click.argument("origin", metavar="ORIGIN")
@click.argument("verifier_key", metavar="KEY")
@click.option("--how", required=True, help="With whom and how: in person, by telephone.")
@always_json
def key_compared(origin: str, verifier_key: str, how: str) -> None:
    """Notes that you compared the fingerprint of a key with its holder."""
    ready()
    from countermark.tracing.requests import keyring

    _keyed(keyring.compared, origin, verifier_key, how, by=actor())
    print_json({"keys": msgspec.to_builtins(keyring.of_peer(origin))})


@key.command("list")
@click.argument("origin", metavar="ORIGIN")
@always_json
def key_list(origin: str) -> None:
    """Prints the keys of a node, with their fingerprints."""
    ready()
    from countermark.tracing.requests import keyring, keys

    known = keyring.of_peer(origin)
    print_json(
        {"keys": [{**msgspec.to_builtins(one), "fingerprint": keys.fingerprint(one.verifier_key)} for one in known]}
    )


def _keyed(call: Any, *args: Any, **kwargs: Any) -> Any:
    from countermark.ledger.checkpoint import KeyFileError
    from countermark.tracing.requests.keys import KeyProblem

    try:
        return call(*args, **kwargs)
    except (KeyProblem, KeyFileError) as problem:
        raise cli.Finding(str(problem)) from problem


@request.command("deliver")
@always_json
def deliver() -> None:
    """Tries now to deliver what other nodes have not got yet; a served node does so by itself."""
    ready()
    from countermark.tracing.requests import delivery

    done = [{"request": one, "number": number, "result": result} for one, number, result in delivery.deliver_all()]
    print_json({"messages": done})
    if any(one["result"] != "delivered" for one in done):
        click.get_current_context().exit(cli.FINDINGS)


@click.group("message")
def message() -> None:
    """One message as a file: for e-mail, a stick or the diplomatic bag."""


@message.command("send")
@click.argument("file", metavar="FILE", type=_path)
@click.option(
    "--request", "conversation", default="", metavar="ID", help="The request; needed when several have messages out."
)
@click.option(
    "--number", type=click.IntRange(1), help="Which message of ours; the first that has not arrived by default."
)
@always_json
def send(file: Path, conversation: str, number: int | None) -> None:
    """Writes a released message, sealed to its receiver, into FILE."""
    ready()
    from countermark.tracing.requests import services

    found = _outgoing(conversation)
    chosen = number or found.undelivered[0].envelope.number
    token = done(services.sealed, found, chosen)
    write(file, token + "\n")
    print_json({"request": found.id, "number": chosen, "to": found.peer})


def _outgoing(conversation: str) -> "Request":
    from countermark.tracing.requests import queries

    if conversation:
        known = queries.request(conversation)
        waiting = [known] if known is not None else []
    else:
        waiting = [one for one in queries.requests() if one.undelivered]
    if len(waiting) != 1 or not waiting[0].sent:
        names = ", ".join(one.id for one in waiting) or "none"
        raise cli.Finding(f"expected one request with a message to send; there are: {names}")
    if not waiting[0].undelivered:
        raise cli.Finding("every message of this request has arrived; choose one with --number")
    return waiting[0]


@message.command("pdf")
@click.argument("conversation", metavar="ID")
@click.argument("number", type=click.IntRange(1))
@click.option("--side", type=click.Choice(rules.SIDES), default=None, help="Whose message; ours by default.")
@click.option("--language", type=click.Choice(["ar", "zh", "en", "fr", "ru", "es"]), default="en")
@click.option("--output", "file", type=_path, required=True, metavar="FILE", help="Where the PDF goes.")
@always_json
def pdf(conversation: str, number: int, side: str | None, language: str, file: Path) -> None:
    """Typesets a message in a language of the United Nations, with a DataMatrix that leads back to it."""
    ready()
    from countermark.tracing.papers import references, sheets
    from countermark.tracing.requests import queries

    found = queries.request(references.request_of(conversation) or conversation)
    whose = side or (found.side if found else "")
    chosen = [
        one.envelope
        for one in (found.kept if found else ())
        if (one.envelope.side, one.envelope.number) == (whose, number)
    ]
    if not chosen:
        raise cli.Finding(f"there is no message {number} of request {conversation}")
    try:
        data = sheets.pdf(chosen[0], language)
    except sheets.NoPaper as problem:
        raise cli.Finding(str(problem)) from problem
    write(file, data)
    print_json({"request": conversation, "number": number, "reference": sheets.reference(chosen[0]), "file": str(file)})


@message.command("draft-pdf")
@click.argument("draft_id", metavar="DRAFT")
@click.option("--language", type=click.Choice(["ar", "zh", "en", "fr", "ru", "es"]), default="en")
@click.option("--output", "file", type=_path, required=True, metavar="FILE", help="Where the PDF goes.")
@always_json
def draft_pdf(draft_id: str, language: str, file: Path) -> None:
    """Typesets a draft, marked as one, to be read on paper before its release."""
    ready()
    from countermark.tracing.papers import sheets
    from countermark.tracing.requests import queries

    found = queries.of_draft(draft_id)
    one = queries.as_message(found, draft_id) if found is not None else None
    if one is None:
        raise cli.Finding(f"there is no draft {draft_id}")
    try:
        data = sheets.pdf(one, language, draft=True)
    except sheets.NoPaper as problem:
        raise cli.Finding(str(problem)) from problem
    write(file, data)
    print_json({"request": one.conversation, "draft": draft_id, "file": str(file)})


@message.command("receive")
@click.argument("file", metavar="FILE", type=_path)
@always_json
def receive(file: Path) -> None:
    """Takes in a message from FILE. The same file again is harmless."""
    ready()
    from countermark.tracing.requests import services

    print_json(_shown(done(services.receive, text_of(file), by=actor())))


def _body() -> dict[str, Any]:
    text = "" if sys.stdin.isatty() else sys.stdin.read()
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"standard input is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise click.UsageError("standard input is not a JSON object")
    return value


def _shown(found: "Request") -> dict[str, Any]:
    from countermark.ledger import entry
    from countermark.tracing.requests import shown

    owed = shown.due_of(found)
    days = (owed.day - dt.date.fromisoformat(entry.now()[:10])).days if owed else 0
    return {
        "id": found.id,
        "side": found.side,
        "peer": found.peer,
        "state": found.conversation.state,
        "due": msgspec.to_builtins(owed),
        "overdue": days < 0,
        "parent": found.parent,
        "drafts": [one.id for one in found.drafts],
        "undelivered": [one.envelope.number for one in found.undelivered],
        "crossed": [one.kind for one in found.conversation.crossed],
    }


def _message(envelope: Any) -> dict[str, Any]:
    return {name: getattr(envelope, name) for name in ("side", "number", "kind", "time", "body", "checkpoint")}


COMMANDS = {"verify-answer": verify_answer, "request": request, "message": message}
