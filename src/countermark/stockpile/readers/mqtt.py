"""Readers and Bluetooth gateways that publish over MQTT (OASIS MQTT 3.1.1), through aiomqtt: one connection to a broker for all of them.

The session is kept by the broker under this node's name: what is published with QoS 1 while we are away comes when we are back, with
the times the readers gave it.
"""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import aiomqtt
from django.conf import settings

from countermark.marks.sentences import said
from countermark.stockpile.readers import observations, payloads
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.readers.payloads import Unreadable
from countermark.stockpile.readers.reads import Read
from countermark.stockpile.readers.running import Heard, Say, SourceGone

KEEPALIVE_SECONDS = 30
SAID_AGAIN_SECONDS = 60
"""How often at most an unreadable message of one reader is spoken of."""
PORTS = {"mqtt": 1883, "mqtts": 8883}

Parse = Callable[[bytes, int], list[Read]]


@dataclass(frozen=True)
class Broker:
    """Where to connect: over TLS when `tls`, then with the certificates of `ca` (the system's, if None)."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: bool = False
    ca: Path | None = None

    @property
    def name(self) -> str:
        """The broker without what signs us in."""
        return f"{self.host}:{self.port}"


class BadBroker(ValueError):
    """An address of a broker that cannot be used; the message says what was expected."""


def broker(url: str, password: str = "", ca: Path | None = None) -> Broker:
    """`mqtt://[user@]host[:port]` or `mqtts://...`; a password does not stand in an address. Raises `BadBroker`."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadBroker(_EXPECTED) from error
    if parts.scheme not in PORTS or not parts.hostname or parts.password is not None or _says_more(parts):
        raise BadBroker(_EXPECTED)
    tls = parts.scheme == "mqtts"
    return Broker(parts.hostname, port or PORTS[parts.scheme], unquote(parts.username or ""), password, tls, ca)


def _says_more(parts: SplitResult) -> bool:
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


_EXPECTED = "expected mqtt://[user@]host[:port] or mqtts://..., with the password in a file of its own"


class MqttSource:
    """The readers behind one broker; each is known by the topic it publishes to, never by what a message says of itself."""

    def __init__(self, where: Broker, devices: Sequence[Device], parse: Parse = payloads.of_readers) -> None:
        self.name = where.name
        self._broker = where
        self._devices = list(devices)
        self._parse = parse
        self._spoken: dict[str, int] = {}

    async def listen(self, heard: Heard, ready: Callable[[], None], say: Say) -> None:
        """Subscribes and listens until cancelled."""
        try:
            async with self._client() as client:
                for topic in sorted({device.address for device in self._devices}):
                    await client.subscribe(topic, qos=1)
                ready()
                async for message in client.messages:
                    self._hear(message, heard, say)
        except (aiomqtt.MqttError, OSError) as error:
            raise SourceGone(str(error)) from error

    def _client(self) -> aiomqtt.Client:
        where, environment = self._broker, settings.ENVIRONMENT
        kinds = "-".join(sorted({device.kind for device in self._devices}))
        context = ssl.create_default_context(cafile=str(where.ca) if where.ca else None) if where.tls else None
        return aiomqtt.Client(
            where.host,
            where.port,
            username=where.user or None,
            password=where.password or None,
            identifier=f"countermark-{environment.state}-{environment.node}-{kinds}",
            clean_session=False,
            keepalive=KEEPALIVE_SECONDS,
            tls_context=context,
        )

    def _hear(self, message: aiomqtt.Message, heard: Heard, say: Say) -> None:
        received, payload = observations.clock(), message.payload
        of = [device for device in self._devices if message.topic.matches(device.address)]
        try:
            found = self._parse(payload if isinstance(payload, bytes) else str(payload).encode(), received)
        except Unreadable as problem:
            for device in of:
                self._complain(device, said(problem), received, say)
            return
        for device in of:
            if found:
                heard(device.id, found)

    def _complain(self, device: Device, why: str, received: int, say: Say) -> None:
        if received - self._spoken.get(device.id, 0) >= SAID_AGAIN_SECONDS * 1000:
            self._spoken[device.id] = received
            say("unreadable", {"reader": device.id, "why": why})
