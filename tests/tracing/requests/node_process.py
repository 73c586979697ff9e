"""One State's node as a process of its own, so that a test can kill it: answers at a loopback port, and does what it is told.

It is told in JSON, over a pipe. The first that it says is its port; then it says one thing for each it was told.
"""

import contextlib
import datetime as dt
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from tests.support.prepared import live_in

Handled = Callable[..., Any]


def main(pipe: "Connection[bytes, bytes]", environment: dict[str, str], clock_seconds: float) -> None:
    """Serves until the other end of the pipe is closed. The process is forked from one that has imported the program."""
    live_in(environment)
    import django

    django.setup()
    from django.core.wsgi import get_wsgi_application

    from countermark.ledger import schema, services

    _shift_clock(clock_seconds)
    schema.prepare()
    services.open_store()
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    pipe.send_bytes(json.dumps(server.server_port).encode())
    with contextlib.suppress(EOFError):
        while True:
            pipe.send_bytes(json.dumps(_answer(json.loads(pipe.recv_bytes()))).encode())


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Nothing is printed but answers."""


def _answer(asked: dict[str, Any]) -> Any:
    from countermark.tracing.requests.services import NotSaid

    try:
        return {"done": _OPERATIONS[asked.pop("do")](**asked)}
    except NotSaid as refused:
        return {"refused": str(refused)}


def _shift_clock(seconds: float) -> None:
    from countermark.ledger import entry

    usual = entry.now

    def shifted() -> str:
        then = dt.datetime.fromisoformat(usual()) + dt.timedelta(seconds=seconds)
        return then.strftime("%Y-%m-%dT%H:%M:%S.") + f"{then.microsecond // 1000:03d}Z"

    for module in list(sys.modules.values()):
        if getattr(module, "now", None) is usual:
            module.now = shifted  # type: ignore[attr-defined]


# --- what it can be told ----------------------------------------------------------------------------------------------


def _keys() -> dict[str, str]:
    from countermark.ledger import sealing, services

    log = services.require_own_log()
    return {"origin": log.origin, "verifier_key": log.verifier_key, "encryption_key": sealing.own_public_key()}


def _know(origin: str, verifier_key: str, encryption_key: str, url: str) -> None:
    from countermark.ledger import exchange
    from countermark.tracing.requests import delivery

    exchange.trust(origin, verifier_key, encryption_key, by=_by())
    delivery.set_address(origin, url, by=_by())


def _say(kind: str, body: dict[str, Any], request: str = "", to: str = "") -> str:
    from countermark.tracing.requests import services

    draft = services.draft(kind, body, peer=to, conversation=request, by=_by("contact"))
    return services.release(draft, by=_by("contact2")).id


def _draft(kind: str, body: dict[str, Any], request: str = "", to: str = "") -> str:
    from countermark.tracing.requests import services

    return services.draft(kind, body, peer=to, conversation=request, by=_by("contact"))


def _sealed(request: str, number: int) -> str:
    from countermark.tracing.requests import queries, services

    known = queries.request(request)
    assert known is not None
    return services.sealed(known, number)


def _deliver() -> list[str]:
    from countermark.tracing.requests import delivery

    return [result for _, _, result in delivery.deliver_all()]


def _show(request: str) -> dict[str, Any] | None:
    from countermark.tracing.requests import queries

    known = queries.request(request)
    if known is None:
        return None
    return {
        "state": known.conversation.state,
        "said": [[one.side, one.number, one.kind, one.body] for one in known.conversation.said],
        "crossed": [one.kind for one in known.conversation.crossed],
        "waiting": [one.kind for one in known.conversation.waiting],
        "undelivered": [one.envelope.number for one in known.undelivered],
        "drafts": [one.id for one in known.drafts],
    }


def _requests() -> list[str]:
    from countermark.tracing.requests import queries

    return [one.id for one in queries.requests()]


def _rotate(seconds: float) -> str:
    from countermark.ledger import entry
    from countermark.tracing.requests import keyring

    then = dt.datetime.fromisoformat(entry.now()) + dt.timedelta(seconds=seconds)
    return keyring.rotate(f"{then:%Y-%m-%dT%H:%M:%S}.000Z", by=_by()).verifier_key


def _verify() -> bool:
    from countermark.ledger import verify

    return verify.verify().ok


def _die(at: str) -> None:
    """From now on the process is killed, as by a power cut, when it comes to this point."""
    from countermark.ledger import services as ledger
    from countermark.tracing.requests import delivery, services

    owner, name, dies_before = {
        "before the entry is written": (ledger, "_write", True),
        "before the entry is committed": (ledger, "_write", False),
        "before the message leaves": (delivery, "_post", True),
        "before delivery is noted": (delivery, "_post", False),
        "before what came is answered": (services, "receive", False),
    }[at]
    usual: Handled = getattr(owner, name)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if not dies_before:
            usual(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


def _by(name: str = "") -> Any:
    from countermark.ledger.services import Actor

    return Actor(name)


_OPERATIONS: dict[str, Handled] = {
    "keys": _keys, "know": _know, "say": _say, "draft": _draft, "sealed": _sealed, "deliver": _deliver, "show": _show,
    "requests": _requests, "rotate": _rotate, "verify": _verify, "die": _die,
}  # fmt: skip
