"""Four real nodes over loopback HTTP: XA asks XB, XB asks XC, XC asks XD; and everything that goes wrong on the way."""

import dataclasses
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from countermark.ledger import checkpoint
from countermark.tracing.requests.messages import LONGEST
from tests.support import prepared, stores
from tests.tracing.requests import node_process
from tests.tracing.requests.test_conversation import BODIES

STATES = ("XA", "XB", "XC", "XD")
HOUR_LATE = "XD"
"""The State whose clock is an hour behind."""

pytestmark = [pytest.mark.storage, pytest.mark.xdist_group("four nodes")]

_straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Died(Exception):
    """The node was killed before it answered."""


@dataclasses.dataclass
class Node:
    """One State's node: its process, told what to do over a pipe."""

    state: str
    environment: dict[str, str]
    clock_seconds: float = 0
    """By how much its clock is ahead."""
    process: ForkServerProcess | None = None
    pipe: "Connection[bytes, bytes] | None" = None
    url: str = ""

    @property
    def origin(self) -> str:
        return f"{self.state}/main/1"

    @property
    def door(self) -> str:
        return f"{self.url}/exchange/messages/"

    def start(self) -> None:
        self.pipe, theirs = prepared.context().Pipe()
        self.process = prepared.context().Process(
            target=node_process.main, args=(theirs, self.environment, self.clock_seconds)
        )
        self.process.start()
        theirs.close()

    def started(self) -> None:
        assert self.pipe is not None
        self.url = f"http://127.0.0.1:{json.loads(self.pipe.recv_bytes())}"

    def stop(self) -> None:
        if self.process is None or self.pipe is None:
            return
        self.pipe.close()
        self.process.join(10)
        self.process.kill()
        self.process.join()
        self.process.close()

    def tell(self, do: str, **values: Any) -> Any:
        """What it answered. Raises `Died`; a refusal of the program is returned as it is worded."""
        assert self.pipe is not None
        try:
            self.pipe.send_bytes(json.dumps({"do": do, **values}).encode())
            answer = json.loads(self.pipe.recv_bytes())
        except (EOFError, ConnectionError) as error:
            raise Died from error
        return answer["done"] if "done" in answer else answer["refused"]

    def takes(self, token: str) -> int:
        """The status with which it answers a message that is handed in."""
        asked = urllib.request.Request(self.door, token.encode(), {"Content-Type": "application/jose"})  # noqa: S310
        try:
            with _straight.open(asked, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            return 0

    def again(self, nodes: "Nodes") -> None:
        """Starts it anew and tells the others where it answers."""
        self.stop()
        self.start()
        self.started()
        nodes.introduce(self)


@dataclasses.dataclass
class Nodes:
    """The nodes by State; each knows every other."""

    by_state: dict[str, Node]

    def __getitem__(self, state: str) -> Node:
        return self.by_state[state]

    def introduce(self, node: Node) -> None:
        """Every other node knows this one's keys and address."""
        keys = node.tell("keys")
        for other in self.by_state.values():
            if other is not node:
                other.tell("know", **keys, url=node.url)


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Nodes]:
    from django.db import connections

    with django_db_blocker.unblock():
        connections.close_all()
    template, url = str(connections["default"].settings_dict["NAME"]), os.environ["COUNTERMARK_DATABASE_URL"]
    made = Nodes({})
    with ExitStack() as stack:
        for state in STATES:
            home = tmp_path_factory.mktemp(state)
            environment = {
                **os.environ,
                "COUNTERMARK_DATABASE_URL": stack.enter_context(stores.migrated(url, home, template)),
                "COUNTERMARK_KEY": str(home / "node.key"),
                "COUNTERMARK_STATE": state,
                "XDG_DATA_HOME": str(home),
            }
            made.by_state[state] = Node(state, environment, -3600 if state == HOUR_LATE else 0)
            made[state].start()
            stack.callback(made[state].stop)
        for node in made.by_state.values():
            node.started()
        for node in made.by_state.values():
            made.introduce(node)
        yield made


def _asked(asker: Node, answerer: Node, **changed: Any) -> str:
    """A request that arrived."""
    request = str(asker.tell("say", kind="request", body={**BODIES["request"], **changed}, to=answerer.origin))
    assert "delivered" in asker.tell("deliver")
    return request


def _both(request: str, one: Node, other: Node) -> Any:
    """What both sides know of a request, which has to be the same."""
    here, there = one.tell("show", request=request), other.tell("show", request=request)
    alike = ("state", "said", "crossed", "waiting")
    assert {name: here[name] for name in alike} == {name: there[name] for name in alike}
    return here


def test_a_trace_goes_from_state_to_state_and_each_pair_agrees(nodes: Nodes) -> None:
    xa, xb, xc, xd = (nodes[state] for state in STATES)
    first, second, third = _asked(xa, xb), _asked(xb, xc), _asked(xc, xd)
    for node, request, nexts, linked in ((xb, first, "XC", second), (xc, second, "XD", third)):
        node.tell("say", kind="forwarding", body={"next_country": nexts, "linked_request": linked}, request=request)
    for node, request in ((xd, third), (xc, second), (xb, first)):
        node.tell("say", kind="answer", body=BODIES["answer"], request=request)
        node.tell("deliver")
    assert [
        _both(first, xa, xb)["state"], _both(second, xb, xc)["state"], _both(third, xc, xd)["state"],
    ] == ["answered"] * 3  # fmt: skip


def test_an_hour_between_the_clocks_changes_no_order(nodes: Nodes) -> None:
    xa, xd = nodes["XA"], nodes[HOUR_LATE]
    request = _asked(xa, xd)
    for kind in ("acknowledgement", "answer"):
        xd.tell("say", kind=kind, body=BODIES.get(kind, {}), request=request)
    xd.tell("deliver")
    assert [one[2] for one in _both(request, xa, xd)["said"]] == ["request", "acknowledgement", "answer"]


def test_messages_lost_repeated_and_reordered_end_in_the_same_conversation(nodes: Nodes) -> None:
    xa, xb = nodes["XA"], nodes["XB"]
    request = _asked(xa, xb)
    for kind in ("acknowledgement", "progress", "answer"):
        xb.tell("say", kind=kind, body=BODIES.get(kind, {}), request=request)
    tokens = [xb.tell("sealed", request=request, number=number) for number in (1, 2, 3)]
    # The second is lost at first; the third comes before the first, and twice.
    assert [xa.takes(token) for token in (tokens[2], tokens[0], tokens[2])] == [202] * 3
    assert xa.tell("show", request=request)["waiting"] == ["answer"]
    xb.tell("deliver")
    assert _both(request, xa, xb)["state"] == "answered"


def test_a_message_replayed_after_the_end_changes_nothing(nodes: Nodes) -> None:
    xa, xb = nodes["XA"], nodes["XB"]
    request = _asked(xa, xb)
    replayed = xa.tell("sealed", request=request, number=1)
    xa.tell("say", kind="withdrawal", body={}, request=request)
    xa.tell("deliver")
    before = xb.tell("show", request=request)
    assert (xb.takes(replayed), xb.tell("show", request=request)) == (202, before)


def test_what_is_forged_truncated_oversized_or_for_another_is_refused(nodes: Nodes) -> None:
    from countermark.tracing.requests import messages

    xa, xb, xc = nodes["XA"], nodes["XB"], nodes["XC"]
    request = _asked(xa, xb)
    token, keys = xa.tell("sealed", request=request, number=1), xb.tell("keys")
    forged = messages.sealed(b"{}", checkpoint.generate_key(), xa.origin, keys["encryption_key"])
    flipped = token[:-5] + ("A" if token[-5] != "A" else "B") + token[-4:]
    before = len(xb.tell("requests"))
    refused = [xb.takes(one) for one in (forged, flipped, token[: len(token) // 2], "A" * (LONGEST + 1))]
    assert (refused[:3], xc.takes(token), len(xb.tell("requests"))) == ([400] * 3, 400, before)
    assert refused[3] in (0, 400)


@pytest.mark.parametrize("at", ["before the entry is written", "before the entry is committed"])
@pytest.mark.parametrize("step", ["draft", "release"])
def test_a_node_killed_while_it_writes_has_said_nothing_and_says_it_again(nodes: Nodes, at: str, step: str) -> None:
    xa, xb = nodes["XA"], nodes["XB"]
    request = _asked(xa, xb)
    xb.tell("die", at=at)
    with pytest.raises(Died):
        xb.tell("say" if step == "release" else "draft", kind="acknowledgement", body={}, request=request)
    xb.again(nodes)
    assert xb.tell("show", request=request)["state"] == "sent"
    xb.tell("say", kind="acknowledgement", body={}, request=request)
    xb.tell("deliver")
    assert _both(request, xa, xb)["state"] == "acknowledged"


@pytest.mark.parametrize("at", ["before the message leaves", "before delivery is noted"])
def test_a_sender_killed_on_delivery_delivers_once_more_and_it_counts_once(nodes: Nodes, at: str) -> None:
    xa, xb = nodes["XA"], nodes["XB"]
    request = str(xb.tell("say", kind="request", body=BODIES["request"], to=xa.origin))
    xb.tell("die", at=at)
    with pytest.raises(Died):
        xb.tell("deliver")
    xb.again(nodes)
    assert xb.tell("deliver") == ["delivered"]
    assert [one[2] for one in _both(request, xa, xb)["said"]] == ["request"]


@pytest.mark.parametrize(
    "at", ["before the entry is written", "before the entry is committed", "before what came is answered"]
)
def test_a_receiver_killed_while_it_takes_a_message_gets_it_again(nodes: Nodes, at: str) -> None:
    xa, xb = nodes["XA"], nodes["XB"]
    request = str(xa.tell("say", kind="request", body=BODIES["request"], to=xb.origin))
    xb.tell("die", at=at)
    assert xa.tell("deliver") != ["delivered"]
    xb.again(nodes)
    assert xa.tell("deliver") == ["delivered"]
    assert _both(request, xa, xb)["state"] == "sent"
    assert xb.tell("verify")


def test_a_key_rotated_in_is_believed_and_one_that_ended_is_not(nodes: Nodes) -> None:
    xa, xc = nodes["XA"], nodes["XC"]
    request = _asked(xa, xc)
    xc.tell("say", kind="acknowledgement", body={}, request=request)
    old = xc.tell("sealed", request=request, number=1)
    xc.tell("rotate", seconds=2)
    xc.tell("say", kind="progress", body={}, request=request)
    xc.tell("deliver")
    assert _both(request, xa, xc)["state"] == "in_progress"
    # What is sealed to XC from now on is sealed to the new key, and opens there.
    xa.tell("say", kind="withdrawal", body={}, request=request)
    xa.tell("deliver")
    assert _both(request, xa, xc)["state"] == "withdrawn"
    _wait_until_the_old_key_ended()
    assert (xa.takes(old), _both(request, xa, xc)["state"]) == (400, "withdrawn")


def _wait_until_the_old_key_ended() -> None:
    import time

    time.sleep(2.1)


def test_a_condition_stops_an_onward_release_until_its_state_consents(nodes: Nodes) -> None:
    xa, xb, xc = nodes["XA"], nodes["XB"], nodes["XC"]
    told = {"answer": {"records": [{"event_id": "e1", "facts": {"to": "Depot Nine of the North"}}]}, "outcome": "A4"}
    request = _asked(xa, xb)
    xb.tell("say", kind="answer", body={**told, "handling": {"no_onward": True}}, request=request)
    xb.tell("deliver")
    onward = {**BODIES["request"], "circumstances": "was last at Depot Nine of the North"}
    assert "came from XB" in xa.tell("say", kind="request", body=onward, to=xc.origin)
    about = {"about": 1, "next_country": "XC", "reason": "the trace goes on there"}
    xa.tell("say", kind="consent_request", body=about, request=request)
    xa.tell("deliver")
    xb.tell("say", kind="consent", body={"about": 2, "decision": "granted"}, request=request)
    xb.tell("deliver")
    passed_on = xa.tell("say", kind="request", body=onward, to=xc.origin)
    xa.tell("deliver")
    assert _both(passed_on, xa, xc)["state"] == "sent"
