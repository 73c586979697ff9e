"""A whole case between two States, played on two nodes started for it, each with its own store, over HTTP on this machine.

XA recovers a weapon and finds nothing in its own register; XB, the country of manufacture, answers with proof that it was
exported to XC in 1994; XC has no node and answers on paper: imported in 1994, stolen from a police store in 1997.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

Say = Callable[[str], None]

WEAPON: dict[str, Any] = {
    "ref": "XB-1990-004711", "kind": "self_loading_pistol", "maker": "Nordwerk", "model": "P7", "calibre": "9x19", "country": "XB",
    "year": "1990", "marks": [{"component": "frame", "mark": "K 471108"}],
}  # fmt: skip
READING = "K 4711O8"
"""What is read off the recovered weapon: a zero taken for a letter."""
INTAKE: dict[str, Any] = {
    "how": "seizure", "date": "2026-02-11", "place": "road check", "circumstances": "seized at a road check with no papers",
    "why_illicit": ["a"], "readings": [READING], "kind": WEAPON["kind"], "calibre": "9x19", "maker": "Nordwerk", "country": "XB",
}  # fmt: skip
USE = "criminal investigation"
EXPORT = {
    "event": "export",
    "date": "1994-05-03",
    "country": "XC",
    "from": "Nordwerk Ltd",
    "to": "Police of XC",
    "document": "EL 94/118",
}
ON_PAPER = [
    {"event": "import", "date": "1994-06", "country": "XC", "to": "Police of XC"},
    {"event": "theft", "date": "1997-11-20", "country": "XC", "place": "police store"},
]
SECONDS = 120


def start(arguments: list[str], environment: Mapping[str, str], given: str) -> "subprocess.CompletedProcess[str]":
    """Runs `countermark ARGUMENTS`, with a text on its standard input."""
    command = [sys.executable, "-m", "countermark.cli", *arguments]
    return subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, timeout=SECONDS, check=False
    )


class ExchangeFailed(Exception):
    """A step of the play that did not go as it should; says which."""


class Node:
    """One State's node: a store and keys in a directory, and the program run on it."""

    def __init__(self, state: str, directory: Path) -> None:
        self.state, self.directory = state, directory
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            "COUNTERMARK_DATABASE_URL": f"sqlite:///{directory.resolve()}/store.db",
            "COUNTERMARK_KEY": f"{directory.resolve()}/node.key",
            "COUNTERMARK_STATE": state,
            "COUNTERMARK_NODE": "main",
        }

    def run(self, *words: str, given: Any = None, person: str = "", allowed: tuple[int, ...] = (0,)) -> Any:
        """Runs a command and returns the JSON it prints."""
        text = json.dumps(given) if given is not None else ""
        done = start([*(["--as", person] if person else []), *words], self.environment, text)
        if done.returncode not in allowed:
            raise ExchangeFailed(f"{self.state}: {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout) if done.stdout.strip().startswith(("{", "[")) else done.stdout

    def serve(self, stack: ExitStack) -> str:
        """Starts the node's server; returns its address."""
        command = [sys.executable, "-m", "countermark.cli", "serve", "--port", "0", "--json"]
        server = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        stack.callback(_stop, server)
        line = server.stdout.readline() if server.stdout else ""
        if not line:
            raise ExchangeFailed(f"{self.state}: the server did not start")
        return str(json.loads(line)["url"]).rstrip("/")

    def say(self, kind: str, body: Mapping[str, Any], *, request: str = "", to: str = "") -> dict[str, Any]:
        """One officer drafts, another releases."""
        target = ("--request", request) if request else ("--to", to)
        draft = self.run("request", "draft", kind, *target, given=dict(body), person="contact")["draft"]
        said: dict[str, Any] = self.run("request", "release", draft, person="contact2")
        return said


def _stop(server: "subprocess.Popen[str]") -> None:
    server.terminate()
    try:
        server.wait(15)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    if server.stdout:
        server.stdout.close()


def play(directory: Path, say: Say) -> dict[str, Any]:
    """Plays the case; leaves the released answer in `directory/answer.json`, the map in `chain.svg`. Raises `ExchangeFailed`."""
    xa, xb = Node("XA", directory / "XA"), Node("XB", directory / "XB")
    with ExitStack() as stack:
        _set_up(xa, xb, directory, stack, say)
        case, request = _ask(xa, say)
        answer = _answer(xb, request, say)
        (directory / "answer.json").write_text(json.dumps(answer, ensure_ascii=False), "utf-8")
        checked = xa.run(
            "verify-answer", str(directory / "answer.json"), "--checkpoint", str(directory / "xb.checkpoint"), "--json"
        )
        say(f"XA checks the answer offline: {'genuine' if checked['ok'] else 'NOT genuine'}")
        paper = _ask_on_paper(xa, case, request, say)
        xa.say("closing", {"outcome": "A4"}, request=request)
        closed = xa.say("closing", {"outcome": "A5"}, request=paper)
        xa.run("request", "deliver")
        point = ("--diversion-country", "XC", "--diversion-year", "1997")
        xa.run("case", "close", case, "A5", *point, person="contact")
        chain = xa.run("chain", request, "--map", str((directory / "chain.svg").resolve()))["chain"]
        say(f"the chain: {_in_words(chain)} (map: chain.svg)")
        return _outcome(xa, [request, paper], closed)


def _set_up(xa: Node, xb: Node, directory: Path, stack: ExitStack, say: Say) -> None:
    say("two stores are made, with two points of contact each")
    for node in (xa, xb):
        node.run("init", "--state", node.state)
        for name in ("contact", "contact2"):
            node.run("user", "add", name, "--role", "contact")
    xb.run("add", "weapon", "--json", given=WEAPON)
    xb.run("add", "event", "--json", given={"ref": WEAPON["ref"], **EXPORT})
    (directory / "xb.checkpoint").write_text(xb.run("ledger", "checkpoint"), "utf-8")
    for here, there in ((xa, xb), (xb, xa)):
        _introduce(here, there)
    origin = f"{xb.state}/main/1"
    xa.run("request", "witness", origin, str(directory / "xb.checkpoint"))
    for here, there in ((xa, xb), (xb, xa)):
        here.run("request", "address", f"{there.state}/main/1", there.serve(stack))


def _introduce(here: Node, there: Node) -> None:
    """Keys are compared in person and entered in the directory."""
    keys = there.run("ledger", "key", "--json")
    here.run(
        "ledger", "trust", f"{there.state}/main/1", keys["verifier_key"], "--encryption-key", keys["encryption_key"]
    )


def _ask(xa: Node, say: Say) -> tuple[str, str]:
    """Opens the case and asks; returns both."""
    found = xa.run("trace", "--reading", READING, "--country", "XB", "--kind", WEAPON["kind"], "--json")
    case = str(xa.run("case", "new", given=INTAKE, person="contact")["id"])
    stolen = xa.run("case", "alerts")["alerts"]
    say(
        f"XA reads {READING} off a recovered weapon and searches its own register: {found['outcome']}; stolen list: {len(stolen) or 'none'}"
    )
    request = _of_case(xa, case, "XB/main/1")
    xa.run("request", "deliver")
    say("XA asks XB as the country of manufacture")
    return case, request


def _of_case(xa: Node, case: str, to: str, *after: str) -> str:
    """A request made from the case: one officer drafts it, another releases it."""
    draft = xa.run("case", "request", case, "--to", to, "--use", USE, "--confirmed", *after, person="contact")["draft"]
    return str(xa.run("request", "release", draft, person="contact2")["id"])


def _answer(xb: Node, request: str, say: Say) -> dict[str, Any]:
    xb.say("acknowledgement", {}, request=request)
    xb.run("request", "deliver")
    asked = xb.run("request", "show", request)["messages"][0]["body"]["weapons"][0]
    found = xb.run(
        "trace",
        "--reading",
        asked["marks"][0],
        "--maker",
        asked["maker"],
        "--kind",
        asked["kind"],
        "--json",
        allowed=(0,),
    )
    best = found["candidates"][0]
    say(f"XB finds {best['mark']} with a probability of {best['probability']:.2f} and answers with proof")
    answer: dict[str, Any] = xb.run(
        "request", "answer", request, best["weapon_id"], "--condition", "authorised staff only"
    )
    xb.say("answer", {"answer": answer, "outcome": "A4", "next_country": "XC"}, request=request)
    xb.run("request", "deliver")
    return answer


def _ask_on_paper(xa: Node, case: str, request: str, say: Say) -> str:
    paper = _of_case(xa, case, "XC", "--after", request)
    told = {"answer": {"events": ON_PAPER}, "outcome": "A5"}
    xa.run("request", "paper", paper, "answer", "--time", "2026-03-01T00:00:00.000Z", given=told, person="contact")
    say("XC has no node; it answers on paper: imported 1994, stolen from a police store in 1997")
    return paper


def _in_words(chain: list[dict[str, Any]]) -> str:
    """Each step by its word and State, gaps as such."""
    return ", ".join(
        f"{one['step']['event']} {one['step']['country']}".strip() if "step" in one else f"gap ({one['gap']['kind']})"
        for one in chain
    )


def _outcome(xa: Node, requests: list[str], closed: dict[str, Any]) -> dict[str, Any]:
    from countermark.tracing.requests import rules

    shown = [xa.run("request", "show", request) for request in requests]
    told, messages = [], []
    for one in shown:
        peer = str(one["peer"])[:2]
        for message in one["messages"]:
            asked = message["side"] == "asker"
            messages.append({"from": "XA" if asked else peer, "to": peer if asked else "XA", "type": message["kind"]})
            told += [(peer, facts) for facts in _events(message["body"])]
    point = rules.point_of_diversion(told)
    return {
        "case": closed["state"],
        "point_of_diversion": {"country": point.country, "year": point.year} if point else None,
        "messages": messages,
    }


def _events(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    answer = body.get("answer")
    if not isinstance(answer, dict):
        return []
    facts = [record.get("facts") or {} for record in answer.get("records", [])]
    return [*answer.get("events", []), *facts]
