"""`countermark readers`: the readers of this node, what they saw, and listening to them until stopped."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from countermark import cli
from countermark.cli.common import actor, because, json_option, print_json, ready, text_of
from countermark.ledger.reasons import FIELD, Reason

if TYPE_CHECKING:
    from countermark.stockpile.readers.devices import Device
    from countermark.stockpile.readers.running import Source
    from countermark.stockpile.states import Subject

_names = click.argument("names", metavar="[READER]...", nargs=-1)
_lines = click.option("--json", "as_json", is_flag=True, help="Print what happens as JSON, one object a line.")


@click.group("readers")
def readers() -> None:
    """Readers of tags (RFID over LLRP and MQTT, Bluetooth gateways over MQTT): described, listened to, what they saw and what is odd in it."""


@readers.command("set")
@click.argument("name", metavar="READER")
@click.option("--kind", type=click.Choice(["llrp", "mqtt", "ble", "http"]), required=True)
@click.option("--place", required=True, help="Where it stands: a place or storage unit of this State.")
@click.option("--address", default="", help="host[:port] for LLRP, a topic for MQTT and Bluetooth gateways.")
@click.option(
    "--purpose",
    type=click.Choice(["store", "passage", "counter"]),
    default="store",
    show_default=True,
    help="What it watches: what lies in a store, what goes through a door, what is put on a counter.",
)
@json_option
def describe(name: str, as_json: bool, **said: str) -> None:
    """Describes a reader of this node, or describes it anew."""
    ready()
    from countermark.stockpile.readers import devices

    _show(_plain(devices.set_reader(name, by=actor(), **said)), as_json)


@readers.command("retire")
@click.argument("name", metavar="READER")
@json_option
def retire(name: str, as_json: bool) -> None:
    """Takes a reader out of use."""
    ready()
    from countermark.stockpile.readers import devices

    _show(_plain(devices.retire(name, by=actor())), as_json)


@readers.command("list")
@json_option
def listing(as_json: bool) -> None:
    """Lists the readers of this node, and when each saw something last."""
    ready()
    from countermark.stockpile.readers import devices, queries

    last = queries.last_seen()
    rows = [{**_plain(device), "last_seen": _time(last.get(device.id))} for device in devices.devices()]
    if as_json:
        print_json({"readers": rows})
        return
    for row in rows:
        click.echo(
            f"{row['id']}  {row['kind']}  {row['address'] or '-'}  {row['purpose']}  last seen {row['last_seen'] or '-'}"
        )


@readers.command("token")
@click.argument("name", metavar="READER")
@click.option("--for", "username", required=True, metavar="USER", help="Who answers for what it sends.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True)
@json_option
def token(name: str, username: str, days: int, as_json: bool) -> None:
    """Issues the token with which a reader sends its reads to the API, and may do nothing else. It is shown once."""
    ready()
    from countermark.stockpile.readers import tokens

    text = tokens.issue(name, username, days, by=actor())
    if as_json:
        print_json({"token": text})
    else:
        click.echo(text)


@readers.command("llrp")
@_names
@_lines
def llrp(names: Sequence[str], as_json: bool) -> int:
    """Listens to fixed readers over LLRP until stopped; all of this node where none is named."""
    ready()
    from countermark.stockpile.readers.llrp import LlrpSource

    return _listen([LlrpSource(device) for device in _chosen("llrp", names)], as_json)


_broker = click.option("--broker", "url", required=True, metavar="URL", help="mqtt://[user@]host[:port], or mqtts://.")
_password = click.option(
    "--password-file", type=click.Path(path_type=Path, dir_okay=False), help="Holds the password for the broker."
)
_ca = click.option(
    "--ca", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="Certificates to know the broker by."
)


@readers.command("mqtt")
@_names
@_broker
@_password
@_ca
@_lines
def mqtt(names: Sequence[str], url: str, password_file: Path | None, ca: Path | None, as_json: bool) -> int:
    """Listens to readers that publish over MQTT until stopped; all of this node where none is named."""
    ready()
    from countermark.stockpile.readers import payloads

    chosen = _chosen("mqtt", names)
    return _listen([_behind(url, password_file, ca, chosen, payloads.of_readers)], as_json)


@readers.command("ble")
@_names
@_broker
@_password
@_ca
@_lines
def ble(names: Sequence[str], url: str, password_file: Path | None, ca: Path | None, as_json: bool) -> int:
    """Listens to Bluetooth gateways over MQTT until stopped, where presence is switched on."""
    ready()
    from countermark.stockpile.readers import payloads, presence

    presence.require_allowed()
    chosen = _chosen("ble", names)
    return _listen([_behind(url, password_file, ca, chosen, payloads.of_gateways)], as_json)


@readers.command("presence")
@click.argument("wish", metavar="[on|off]", type=click.Choice(["on", "off"]), required=False)
@click.option("--i-have-read-the-risk", "read", is_flag=True, help="Needed to switch it on.")
@json_option
def switch(wish: str | None, read: bool, as_json: bool) -> None:
    """Says whether presence by Bluetooth is on, and what it risks; switches it on or off."""
    ready()
    from countermark.stockpile.readers import presence

    if wish == "on" and not read:
        raise click.UsageError(f"{presence.RISK} Say --i-have-read-the-risk to switch it on.")
    if wish:
        presence.switch(on=wish == "on", by=actor())
    state = "on" if presence.is_allowed() else "off"
    _show({"presence": state, "risk": str(presence.RISK)}, as_json)


@readers.command("seen")
@click.option("--reader", default="", metavar="READER")
@click.option("--tag", default="", metavar="TAG")
@click.option("--minutes", type=click.IntRange(1, 525_600), default=60, show_default=True, help="How far back.")
@json_option
def seen(reader: str, tag: str, minutes: int, as_json: bool) -> None:
    """Lists what readers saw of late, the newest first, and on which weapon a tag is."""
    ready()
    from countermark.stockpile.readers import queries

    rows = [
        {**msgspec.to_builtins(one), "first": _time(one.first), "last": _time(one.last)}
        for one in queries.seen(reader=reader, tag=tag, minutes=minutes)
    ]
    if as_json:
        print_json({"seen": rows})
        return
    for row in rows:
        click.echo(
            f"{row['last']}  {row['reader']}/{row['antenna']}  {row['tag']}  {row['reads']}x  {row['weapon'] or '-'}"
        )


@readers.command("purge")
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Older than this; as the node keeps them where it is not said."
)
@json_option
def purge(days: int | None, as_json: bool) -> None:
    """Removes observations that are older than they are kept for."""
    ready()
    from countermark.stockpile.readers import observations

    gone = observations.purge(days)
    _show({"purged": gone, "kept_days": observations.days()}, as_json)


@readers.command("keep")
@click.argument("days", type=click.IntRange(1, 3650))
@json_option
def keep(days: int, as_json: bool) -> None:
    """Sets for how many days observations are kept."""
    ready()
    from countermark.stockpile.readers import observations

    observations.keep_for(days, by=actor())
    _show({"kept_days": observations.days()}, as_json)


@readers.command("alarms")
@click.option("--closed", is_flag=True, help="Those somebody has looked into.")
@json_option
def alarms(closed: bool, as_json: bool) -> None:
    """Lists alarms of tags: reads that contradict what the register says."""
    ready()
    from countermark.stockpile.readers import queries

    rows = [_alarm(one) for one in queries.alarms(closed=closed)]
    if as_json:
        print_json({"alarms": rows})
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['since']}  {row['kind']}  {row['tag']}  {row['weapon']}  due {row['due']}")


@readers.command("close")
@click.argument("alarm", metavar="ALARM")
@click.argument("outcome", type=click.Choice(["explained", "tag_replaced", "weapon_missing", "reader_fault"]))
@because("alarm")
@json_option
def close(alarm: str, outcome: str, reason: Reason, as_json: bool) -> None:
    """Says what an alarm was. The register is not changed by it."""
    ready()
    from countermark.stockpile.readers import alarms as service

    _show(_alarm(service.close(alarm, outcome, reason, by=actor())), as_json)


def _chosen(kind: str, names: Sequence[str]) -> "list[Device]":
    from countermark.stockpile.readers import devices

    known = devices.devices(kind)
    chosen = [devices.device(name) for name in names] or known
    if not chosen:
        raise cli.Finding(
            f"this node has no reader of this kind; 'countermark readers set NAME --kind {kind}' describes one"
        )
    if strangers := [device.name for device in chosen if device not in known]:
        raise click.UsageError(f"{', '.join(strangers)}: not of the kind {kind}")
    return chosen


def _behind(
    url: str,
    password_file: Path | None,
    ca: Path | None,
    devices: "Sequence[Device]",
    parse: Callable[[bytes, int], Any],
) -> "Source":
    from countermark.stockpile.readers.mqtt import BadBroker, MqttSource, broker

    password = text_of(password_file).rstrip("\r\n") if password_file else ""
    try:
        where = broker(url, password, ca)
    except BadBroker as error:
        raise click.UsageError(f"--broker: {error}") from error
    return MqttSource(where, devices, parse)


def _listen(sources: "Sequence[Source]", as_json: bool) -> int:
    """Listens until SIGINT (130) or SIGTERM (0)."""
    from countermark.stockpile.readers.intake import Intake
    from countermark.stockpile.readers.running import Listening

    asked: list[int] = []

    async def run() -> None:
        stop = asyncio.Event()

        def ask(number: int) -> None:
            asked.append(number)
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, ask, number)
        await Listening(sources, Intake(actor()), _line if as_json else _said).until(stop)

    asyncio.run(run())
    return cli.INTERRUPTED if asked and asked[0] == signal.SIGINT else cli.OK


def _line(word: str, more: dict[str, Any]) -> None:
    print_json({"time": _now(), "event": word, **more})


def _said(word: str, more: dict[str, Any]) -> None:
    click.echo(f"{_now()}  {word}  {'  '.join(f'{name}={value}' for name, value in more.items())}", err=True)


def _now() -> str:
    from countermark.ledger.entry import now

    return now()


def _time(milliseconds: int | None) -> str | None:
    from countermark.stockpile.readers.queries import as_time

    return as_time(milliseconds) or None


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain


def _alarm(found: "Subject") -> dict[str, Any]:
    value = found.value
    return {
        "id": found.key,
        "state": found.state,
        "since": found.since,
        "due": found.due,
        **{name: value[name] for name in ("kind", "tag", "weapon", "places", "readers", "chips")},
        "first": _time(value["first"]),
        "last": _time(value["last"]),
        "outcome": value.get("outcome", ""),
        FIELD: value.get(FIELD, ""),
    }


def _show(said: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(said)
    else:
        for name, value in said.items():
            click.echo(f"{name}: {value}")


COMMANDS: dict[str, click.Command] = {"readers": readers}
