"""Projects for programs: tokens and commands do what pages do, and tell no more than pages do."""

import base64
import datetime as dt
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.cli import cli as program
from countermark.cooperation.projects import agreeing, services
from tests.cooperation.projects.scene import PDF, designed, found, planned, project, running, user
from tests.cooperation.projects.test_projects import second
from tests.cooperation.region import COORDINATOR, OWN, need

pytestmark = pytest.mark.django_db


def token(name: str, role: str, seat: str) -> dict[str, str]:
    until = timezone.now() + dt.timedelta(days=1)
    text = accounts.issue_token(user(name, role, seat), "test", ("aid",), until, by=COORDINATOR)
    return {"Authorization": f"Bearer {text}"}


def call(method: str, path: str, who: dict[str, str], body: Any = None, status: int = 200, once: str = "") -> Any:
    who = {**who, "Idempotency-Key": once} if once else who
    sends = {} if body is None else {"data": body, "content_type": "application/json"}
    answer = getattr(Client(), method)(f"/api/cooperation/{path}", headers=who, **sends)
    assert answer.status_code == status, answer.content[:2000]
    return answer.json() if "json" in answer.headers["Content-Type"] else answer.content


def command(*said: str, who: str = "", status: int = 0) -> Any:
    name = ["--as", who] if who else []
    result = CliRunner().invoke(program, [*name, "cooperation", *said, "--json"], standalone_mode=False)
    if status:
        assert result.exception is not None
        return None
    assert result.exception is None, result.exception
    return msgspec.json.decode(result.stdout_bytes)


def test_a_program_takes_a_project_through_its_first_gates() -> None:
    key, donor = planned()
    alice, bob = token("alice", "assistance", OWN), token("bob", "partner", donor)
    decides = token("authority", "authority", OWN)
    at = f"projects/{key}"
    description = {
        "title": "Marking", "aims": "All marked.", "begin": "2026-01-01", "end": "2028-12-31",
        "needs": list(project(key).needs), "themes": ["marking"], "languages": ["fr"],
    }  # fmt: skip
    call("put", at, alice, description)
    call("put", f"{at}/authority", bob, {"user": "authority"}, 422)
    call("put", f"{at}/authority", alice, {"user": "authority"})
    call("post", f"{at}/budget", alice, {"category": "travel", "amount": "12.50", "payer": OWN})
    call("delete", f"{at}/budget/{len(project(key).once)}", alice)
    call("post", f"{at}/overlaps/look", bob, {})
    call("post", f"{at}/gate/ask", bob, {"words": ""})
    call("post", f"{at}/gate/planning/pass", alice, {"words": "w"}, 403)
    assert call("post", f"{at}/gate/planning/pass", decides, {"words": "w"}) == {"recorded": True}
    digest = call("post", f"{at}/terms", bob, {"title": "T", "document": base64.b64encode(PDF).decode()})["sha256"]
    for side in (alice, bob):
        call("post", f"{at}/terms/sign", side, {"sha256": digest})

    told = call("get", at, bob)
    assert told["stage"] == "design"
    assert [one["code"] for one in told["inner"]["gate"]["conditions"] if one["met"]] == [
        "authority", "overlap", "terms", "maintained", "transfer",
    ]  # fmt: skip
    assert call("get", f"{at}/history", bob)[0]["act"] == "cooperation_project_terms_signed"


def test_a_program_is_told_no_more_than_a_page_tells() -> None:
    key, donor = designed()
    running(key, donor)
    other = second()
    agreeing.look_for_overlaps(key, actor=OWN, by=COORDINATOR)
    charlie, bob = token("charlie", "partner", "XQ"), token("bob", "partner", donor)

    agreeing.answer_overlap(key, f"project:{other}", "They mark the army's.", actor=OWN, by=COORDINATOR)
    call("get", f"projects/{key}", charlie, status=404)
    assert call("get", "projects", charlie) == []
    services.share(key, "public", [], "none", actor=OWN, by=COORDINATOR)
    told = call("get", f"projects/{key}", charlie)
    assert told["inner"] == {}
    for words in ("no power", "stamps by hand", "as agreed"):
        assert words not in str(told)
    call("get", f"projects/{key}/history", charlie, status=404)
    for path in (f"projects/{key}", f"projects/{key}/history"):
        told = str(call("get", path, bob))
        assert other not in told
        assert "They mark the army" not in told
    assert other in str(call("get", f"projects/{key}", token("alice", "assistance", OWN)))


def test_meetings_what_others_do_and_the_calendar_are_there_for_programs() -> None:
    _key, donor = planned()
    alice, bob = token("alice", "assistance", OWN), token("bob", "partner", donor)
    said = {"title": "Talks", "starts": "2026-06-30T09:00:00+02:00", "invited": [donor]}
    first, again = (call("post", "meetings", alice, said, once="k")["meeting"] for _number in range(2))
    assert first == again
    call("put", f"meetings/{first}/minutes", bob, {"decisions": ["x"]}, 422)
    call("put", f"meetings/{first}/minutes", alice, {"came": [donor], "decisions": ["We divide."]})
    call("post", f"meetings/{first}/follow-up", alice, {"what": "list", "owner": donor, "due": "2026-07-15"})

    assert call("get", "meetings", bob)[0]["value"]["decisions"] == ["We divide."]
    assert {"Talks", "list"} <= {one["title"] for one in call("get", "calendar", bob)}
    assert b"SUMMARY:" in call("get", "calendar.ics", bob)
    elsewhere = {
        "title": "Theirs", "stage": "planning", "begin": "2026-01-01", "end": "2026-12-31", "themes": ["marking"],
        "places": ["XA"], "providers": ["Agency"], "source": "hearsay",
    }  # fmt: skip
    assert call("post", "elsewhere", alice, elsewhere)["elsewhere"]


def test_the_command_line_takes_a_project_from_the_proposal_to_its_first_gate() -> None:
    _key, donor = planned()
    wanted = need(visibility="public")
    for name, role, seat in (("alice", "assistance", OWN), ("bob", "partner", donor), ("authority", "authority", OWN)):
        user(name, role, seat)
    key = command("project", "propose", "Records", wanted, "--giver", f"{donor}=100.50", "--request", "k", who="bob")[
        "id"
    ]
    assert (
        command("project", "propose", "Records", wanted, "--giver", f"{donor}=1", "--request", "k", who="bob")["id"]
        == key
    )
    command("project", "authority", key, "authority", who="bob", status=1)
    command("project", "authority", key, "authority", who="alice")
    command(
        "project", "describe", key, "--title", "Records", "--aims", "a", "--begin", "2026-01-01", "--end", "2026-12-31",
        "--need", wanted, "--theme", "marking", who="alice",
    )  # fmt: skip
    command("project", "budget", key, "--category", "travel", "--amount", "12.50", "--payer", OWN, who="alice")
    line = str(len(project(key).once))
    assert command("project", "budget", key, "--line", line, who="alice")["once"][-1]["category"] != "travel"
    assert command("project", "giver", key, donor, "99", who="bob")["given"] == "99.00"
    command("project", "share", key, "public", who="bob", status=1)
    command("project", "share", key, "partners", "--partner", "XQ", who="alice")
    command("project", "running", key, f"power,1200,2026,2035,{OWN}", who="alice")
    looked = command("project", "look", key, who="alice")
    for line in looked["overlaps"]:
        command("project", "answer", key, line["overlap"], "--words", "ours", who="alice")
    command("project", "ask", key, who="bob")
    command("project", "pass", key, "planning", "--words", "w", who="alice", status=1)
    assert command("project", "pass", key, "planning", "--words", "w", who="authority")["stage"] == "design"

    assert found(key).state == "design"
    assert [one["id"] for one in command("project", "list", "--stage", "design", who="bob")["projects"]] == [key]
    assert command("project", "history", key, who="bob")["acts"]
    user("charlie", "partner", "XQ")
    assert command("project", "show", key, who="charlie")["stage"] == "design"
    command("project", "history", key, who="charlie", status=1)
    assert command("calendar", who="bob")["entries"]
