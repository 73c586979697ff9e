"""Nodes of one State in one process, each with its store and key, and a net between them that loses, repeats and changes things."""

import http.client
import io
import os
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from countermark.ledger import contacts, nodes, replication, services
from countermark.ledger.models import Log
from countermark.ledger.replication import Outcome, Pace
from countermark.ledger.services import Draft, SideNote
from countermark.register import bodies
from countermark.register.models import Mark, Weapon
from tests.ledger.foreign import ANN
from tests.marking.nodes import Node
from tests.support import stores

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker, Settings

Change = Callable[[bytes], bytes]


@dataclass
class Net:
    """Where nodes are called. `sent` and `answered` change what goes there and what comes back, by operation, once each."""

    hosts: dict[str, Node] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    sent: dict[str, Change] = field(default_factory=dict)
    answered: dict[str, Change] = field(default_factory=dict)
    down: set[str] = field(default_factory=set)

    def open(self, request: urllib.request.Request, timeout: float) -> "Reply":
        operation = request.full_url.rstrip("/").rpartition("/")[2]
        host = str(request.host)
        if host in self.down:
            raise urllib.error.URLError("no route to host")
        assert isinstance(request.data, bytes)
        body = self.sent.pop(operation, _as_it_is)(request.data)
        with self.hosts[host].at():
            answer = Client().post(
                f"/exchange/replica/{operation}/",
                body,
                content_type="application/octet-stream",
                headers={"Authorization": str(request.get_header("Authorization"))},
            )
        self.calls.append((operation, str(answer.status_code)))
        content = answer.content
        if answer.status_code != 401:
            content = self.answered.pop(operation, _as_it_is)(content)
        headers = Message()
        for name, value in answer.headers.items():
            headers[name] = value
        if answer.status_code >= 400:
            raise urllib.error.HTTPError(request.full_url, answer.status_code, "", headers, io.BytesIO(content))
        return Reply(content, headers)


def _as_it_is(data: bytes) -> bytes:
    return data


class Reply(io.BytesIO):
    """What `urlopen` gives."""

    def __init__(self, content: bytes, headers: Message) -> None:
        super().__init__(content)
        self.headers = headers


def lost(_data: bytes) -> bytes:
    """The line breaks in the middle."""
    raise http.client.IncompleteRead(b"")


def tampered(data: bytes) -> bytes:
    """One byte is another."""
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def truncated(data: bytes) -> bytes:
    """The second half is missing."""
    return data[: len(data) // 2]


@dataclass
class State:
    """The nodes of a State by name, and the net between them."""

    nodes: dict[str, Node]
    net: Net

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def join(self, one: str, other: str) -> None:
        """Each admits the other by its card; the first is a laptop that calls, the other has an address."""
        cards = {}
        for name in (one, other):
            with self[name].at():
                cards[name] = nodes.own_card()
        with self[one].at():
            nodes.admit(cards[other], by=ANN)
            nodes.set_address(f"XA/{other}/1", f"https://{other}.example", by=ANN)
        with self[other].at():
            nodes.admit(cards[one], by=ANN)

    def exchange(self, caller: str, called: str = "main", **options: Any) -> Outcome:
        """One exchange, called by the first."""
        with self[caller].at():
            peer, url = replication.to_call(f"XA/{called}/1")[0]
            return replication.once(peer, url, Pace(60, **options))

    def contact(self, here: str, there: str) -> contacts.State:
        """What one node says of its contact with another."""
        with self[here].at():
            return next(one for one in contacts.states() if one.origin == f"XA/{there}/1")


@contextmanager
def state(
    names: tuple[str, ...],
    template: str,
    directory: Path,
    settings: "Settings",
    blocker: "DjangoDbBlocker",
    patch: pytest.MonkeyPatch,
) -> Iterator[State]:
    """Nodes that do not know each other yet."""
    url = os.environ["COUNTERMARK_DATABASE_URL"]
    net = Net()
    patch.setattr(nodes, "opener", net)
    settings.ALLOWED_HOSTS = ["testserver"]
    made = State({}, net)
    with ExitStack() as stack:
        for name in names:
            home = directory / name
            home.mkdir()
            made.nodes[name] = Node(name, stack.enter_context(stores.migrated(url, home, template)), home, settings)
            net.hosts[f"{name}.example"] = made[name]
        stack.enter_context(blocker.unblock())
        for node in made.nodes.values():
            with node.at():
                services.require_own_log()
        yield made


def weapon(ref: str, holder: str = "") -> Draft:
    """The birth of a weapon, whose holder has a name that only side data tells."""
    mark = bodies.mark({"component": "receiver", "role": "control", "mark": f"AB{ref}"})
    texts = (SideNote("party", holder),) if holder else ()
    return Draft("event", bodies.birth("S", ref, {"kind": "rifle", "maker": "Norinco"}, [mark]), texts=texts)


def record(*refs: str, holder: str = "") -> None:
    """Records weapons at this node."""
    services.append([weapon(ref, holder) for ref in refs], by=ANN)


def registered() -> list[tuple[Any, ...]]:
    """What the register's views say of every weapon, without what names a place in this store."""
    names = [one.name for one in Weapon._meta.fields if one.name != "id"]
    weapons = Weapon.objects.order_by("id").values_list("id", *names)
    marks = Mark.objects.order_by("number", "text").values_list("number", "component", "role", "text")
    return [*weapons, *marks]


def held(origin: str) -> int:
    """Entries of a log held by this node."""
    from countermark.ledger import store

    log = Log.objects.filter(origin=origin).first()
    return store.size(log) if log else 0
