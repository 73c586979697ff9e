"""`countermark peer` and `replicate`: the other nodes of the State, and exchanging logs with them."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from countermark.cli import FINDINGS, OK, STORE, problems
from countermark.cli.common import actor, always_json, because, json_option, print_json, ready
from countermark.ledger.reasons import Reason

if TYPE_CHECKING:
    from countermark.ledger.contacts import State
    from countermark.ledger.models import Peer
    from countermark.ledger.replication import Outcome, Pace

EVERY = 300.0


@click.group("peer")
def peer() -> None:
    """The other nodes of this State: admits them, locks them out, says how far apart they are."""


@peer.command("card")
@always_json
def card() -> None:
    """Prints this node's card: what another node needs to admit it. It holds no secret."""
    ready()
    from countermark.ledger import nodes

    print_json(nodes.own_card())


@peer.command("add")
@click.argument("file", metavar="CARD", type=click.File("rb"))
@click.option("--url", default="", help="Where it answers (https, or http on this machine). Without, it calls here.")
@click.option("--erases", is_flag=True, help="What it erases is erased here too, even what was written here first.")
@click.option("--again", is_flag=True, help="Admits a node that was locked out by mistake.")
@json_option
def add(file: Any, url: str, erases: bool, again: bool, as_json: bool) -> None:
    """Admits the node of a card ('-' reads it from standard input). Compare the fingerprint with its keeper first."""
    ready()
    from countermark.ledger import checkpoint, nodes

    given = nodes.read_card(file.read(100_000))
    nodes.admit(given, by=actor(), again=again)
    if url:
        nodes.set_address(given.origin, url, by=actor())
    if erases:
        nodes.let_erase(given.origin, by=actor())
    fingerprint = checkpoint.fingerprint(given.verifier_key)
    if as_json:
        print_json({"origin": given.origin, "fingerprint": fingerprint, "url": nodes.address(given.origin)})
        return
    click.echo(f"{given.origin} is admitted. Compare with its keeper, by telephone or in person:\n  {fingerprint}")


@peer.command("proofs")
@click.argument("origin", metavar="ORIGIN")
@click.option("--give/--no-give", default=None, help="PINs (their hashes) and security keys of here go there.")
@click.option("--take/--no-take", default=None, help="Those that were set there hold here too.")
@json_option
def proofs(origin: str, give: bool | None, take: bool | None, as_json: bool) -> None:
    """Says whether PINs and security keys of the counter go to a node, and whether those of there are believed. Without options, shows it.

    Whoever has the machine of a node that is believed can sign as anybody here: believe the main node on a depot, and no depot on the main node.
    """
    ready()
    from countermark.stockpile.counterauth import travel

    if give is not None:
        travel.give(origin, by=actor(), on=give)
    if take is not None:
        travel.take(origin, by=actor(), on=take)
    said = {"origin": origin, "given": travel.gives(origin), "taken": travel.takes(origin)}
    if as_json:
        print_json(said)
        return
    click.echo(f"PINs and keys {'go' if said['given'] else 'do not go'} to {origin}")
    click.echo(f"those of {origin} {'hold' if said['taken'] else 'do not hold'} here")


@peer.command("address")
@click.argument("origin", metavar="ORIGIN")
@click.argument("url", metavar="URL")
@json_option
def address(origin: str, url: str, as_json: bool) -> None:
    """Says where a node answers; an empty URL takes the address away."""
    ready()
    from countermark.ledger import nodes

    nodes.set_address(origin, url, by=actor())
    if as_json:
        print_json({"origin": origin, "url": nodes.address(origin)})


@peer.command("end")
@click.argument("origin", metavar="ORIGIN")
@because("peer_ended")
@json_option
def end(origin: str, reason: Reason, as_json: bool) -> None:
    """Locks a node out, when its machine or key is stolen: it is given nothing, and nothing new of its log is taken in."""
    ready()
    from countermark.ledger import nodes

    nodes.end(origin, reason, by=actor())
    if as_json:
        print_json({"origin": origin, "admission": nodes.ENDED})


@peer.command("names")
@click.argument("origin", metavar="ORIGIN")
@click.argument("file", metavar="FILE", type=click.File("wb"))
@json_option
def names(origin: str, file: Any, as_json: bool) -> None:
    """Hands the names of this State on to a new node: writes what only that node can open to FILE.

    Nodes of one State call people and places by the same ids once the new one has adopted them, before it names anything itself.
    """
    ready()
    from countermark.ledger import naming

    file.write(naming.hand_on(origin, by=actor()))
    if as_json:
        print_json({"origin": origin})


@peer.command("adopt")
@click.argument("file", metavar="FILE", type=click.File("rb"))
@json_option
def adopt(file: Any, as_json: bool) -> None:
    """Takes over the names of the State from a FILE of 'peer names': first of all on a new node, before it has users."""
    ready()
    from countermark.ledger import naming

    origin = naming.take_over(file.read(100_000), by=actor())
    if as_json:
        print_json({"origin": origin})
        return
    click.echo(f"people and places are named here as at {origin}")


@peer.command("list")
@json_option
def show(as_json: bool) -> None:
    """The nodes of this State in the directory: last contact, entries missing here and there, what went wrong."""
    ready()
    from countermark.ledger import contacts

    states = contacts.states()
    if as_json:
        print_json({"peers": [asdict(state) for state in states]})
        return
    for state in states:
        click.echo(_line(state))


def _line(state: "State") -> str:
    known = "never reached" if state.behind is None else f"{state.behind:,} missing here, {state.ahead:,} there"
    line = f"{state.origin}  {state.admission or 'not admitted'}  last contact {state.reached or 'none'}  {known}"
    return f"{line}\n  {state.problem}" if state.problem else line


@click.command("replicate")
@click.argument("origin", metavar="[PEER]", default="")
@click.option("--once", is_flag=True, help="One exchange with each, then end.")
@click.option(
    "--every",
    type=click.FloatRange(min=1),
    default=EVERY,
    show_default=True,
    metavar="SECONDS",
    help="How long to rest after an exchange that went well.",
)
@json_option
def replicate(origin: str, once: bool, every: float, as_json: bool) -> int:
    """Exchanges logs with the node PEER, or with all that are admitted and have an address, until stopped.

    Both directions, in pieces; what was taken in stays, whatever breaks off. A node that is not reached is called more and
    more rarely, at least once an hour.
    """
    ready()
    from countermark.ledger import replication

    found = replication.to_call(origin)
    with _stopped() as stop:
        if not once:
            _again_and_again(origin, every, stop, as_json)
            return OK
        outcomes = [_exchange(peer, url, replication.Pace(every), stop) for peer, url in found]
    if as_json:
        print_json({"peers": [asdict(outcome) for outcome in outcomes]})
    else:
        for outcome in outcomes:
            _tell(outcome)
    return FINDINGS if any(outcome.problem for outcome in outcomes) else OK


@contextmanager
def _stopped() -> Iterator[threading.Event]:
    """Set by SIGTERM: the piece at hand is finished first."""
    stop = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        stop.set()

    usual = signal.signal(signal.SIGTERM, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, usual)


def _exchange(peer: "Peer", url: str, pace: "Pace", stop: threading.Event) -> "Outcome":
    from countermark.ledger import replication

    return replication.once(peer, url, pace, stop.is_set)


def _again_and_again(origin: str, every: float, stop: threading.Event, as_json: bool) -> None:
    """The directory is read anew each time, so that a node that is admitted or locked out meanwhile is so at once."""
    from django.db import close_old_connections

    from countermark.ledger import replication

    paces: dict[str, replication.Pace] = {}
    due: dict[str, float] = {}
    last: dict[str, replication.Outcome] = {}
    while not stop.is_set():
        for peer, url in _directory(origin):
            if stop.is_set() or due.get(peer.origin, 0.0) > time.monotonic():
                continue
            pace = paces.setdefault(peer.origin, replication.Pace(every))
            outcome = last[peer.origin] = _patiently(peer, url, pace, stop)
            due[peer.origin] = time.monotonic() + pace.after(outcome)
            if not as_json:
                _tell(outcome)
        close_old_connections()
        stop.wait(min(1.0, every))
    if as_json:
        print_json({"peers": [asdict(outcome) for outcome in last.values()]})


def _directory(origin: str) -> "list[tuple[Peer, str]]":
    """Who is to be called; nobody while the store cannot be read."""
    from countermark.ledger import replication

    try:
        return replication.to_call(origin)
    except Exception as error:
        if problems.status_of(error) != STORE:
            raise
        click.echo(problems.message_of(error), err=True)
        return []


def _patiently(peer: "Peer", url: str, pace: "Pace", stop: threading.Event) -> "Outcome":
    """A store that is locked or full for a while is a problem of this exchange, not the end of all."""
    from countermark.ledger import replication

    try:
        return _exchange(peer, url, pace, stop)
    except Exception as error:
        if problems.status_of(error) != STORE:
            raise
        return replication.Outcome(peer.origin, problem=problems.message_of(error))


def _tell(outcome: "Outcome") -> None:
    far = "" if outcome.behind is None else f", missing here {outcome.behind:,}, there {outcome.ahead:,}"
    click.echo(f"{outcome.peer}: {outcome.pulled:,} entries fetched, {outcome.pushed:,} handed in{far}")
    if outcome.unknown:
        click.echo(f"  not taken: {', '.join(outcome.unknown)}", err=True)
    if outcome.problem:
        click.echo(f"  {outcome.problem}", err=True)


COMMANDS: dict[str, click.Command] = {"peer": peer, "replicate": replicate}
