"""Counting on the command line and for programs."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from countermark.cli import cli
from countermark.register.services import Refused
from countermark.stockpile.codes import house
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury
from tests.stockpile.counting.halls import counted, known, opened, serials

pytestmark = pytest.mark.django_db
COUNTS = "/api/stockpile/counts"


@pytest.fixture
def place() -> Armoury:
    people.person("cmd", "commander")
    people.person("cnt", "counter")
    return armoury(4)


def said(who: str, *words: str) -> Any:
    """In this process, on the test's own store."""
    result = CliRunner().invoke(cli, ["--as", who, "stockpile", "count", *words, "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_a_count_on_the_command_line_from_its_plan_to_its_certificate(place: Armoury, tmp_path: Path) -> None:
    file, pdf = tmp_path / "scans.txt", tmp_path / "count.pdf"
    file.write_text("\n".join([*serials(place)[:3], "ZZ 9"]), "utf-8")
    assert {one["id"] for one in said("cmd", "rules")["rules"]} >= {"own", "us-monthly"}
    plan = said("cmd", "plan", DEPOT, "--rule", "us-monthly", "--first", "2026-01-01")["plan"]
    assert [one["urgency"] for one in said("cmd", "plans")["plans"]] == ["escalated"]

    code = said("cmd", "open", "--plan", plan)["code"]
    said("cnt", "begin", code)
    words = [one["word"] for one in said("cnt", "scan", code, str(file))["scans"]]
    again = [one["outcome"] for one in said("cnt", "scan", code, str(file))["scans"]]
    assert (words, again) == (["found"] * 3 + ["unknown"], ["done"] * 4)
    assert said("cnt", "show", code) == said("cnt", "list", "--state", "open")["counts"][0]
    assert said("cnt", "end", code)["phase"] == "counted"
    with pytest.raises(Refused):
        said("cmd", "close", code)
    said("cmd", "decide", code, "incident", "--outcome", "not_found", "--reason", "gone")
    said("cmd", "decide", code, "investigate", "text:ZZ9", "--reason", "whose is it")
    shown = said("cmd", "show", code)
    assert {one["text"]: one["decision"] for one in shown["exceptions"]} == {
        "AB1003": "incident",
        "ZZ 9": "investigate",
    }
    assert said("cmd", "close", code)["recorded"] == 3
    said("cmd", "certificate", code, str(pdf))
    assert pdf.read_bytes().startswith(b"%PDF")
    said("cmd", "end-plan", plan)
    assert said("cmd", "plans")["plans"] == []


def test_a_count_can_be_given_up_and_then_opened_anew(place: Armoury) -> None:
    code = said("cmd", "open", DEPOT, "--counters", "1")["code"]
    with pytest.raises(Refused):
        said("cmd", "open", DEPOT)
    assert (
        said("cmd", "cancel", code, "--reason", "interrupted", "--words", "alarm in the depot")["phase"] == "cancelled"
    )
    assert said("cmd", "open", DEPOT)["phase"] == "counting"


def client(name: str, role: str, where: str = DEPOT) -> Client:
    return people.signed_in(name, role, where)


def post(client: Client, path: str, status: int, **given: Any) -> Any:
    answer = client.post(f"{COUNTS}{path}", given, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_handheld_counts_in_batches_and_a_batch_sent_again_counts_once(place: Armoury) -> None:
    commander, counter = client("c1", "commander"), client("c2", "counter")
    code = post(commander, "", 201, place=DEPOT, counters=1, request="r1")["code"]
    assert post(commander, "", 201, place=DEPOT, counters=1, request="r1")["code"] == code
    sheet = post(counter, f"/{code}/sheets", 201)["sheet"]
    batch = [{"id": f"s{number}", "text": text} for number, text in enumerate([*serials(place)[:3], "PC 1"])]
    batch.append({"id": "s9", "what": "unreadable", "place": place.rack_a})
    for _ in range(2):
        answers = post(counter, f"/{code}/sheets/{sheet}/scans", 200, scans=batch)
        assert [one["word"] for one in answers] == ["found", "found", "found", "unknown", "unreadable"]
        assert all(one["recorded"] for one in answers)
    assert post(counter, f"/{code}/sheets/{sheet}/end", 200)["phase"] == "counted"

    came = commander.get(f"{COUNTS}/{code}").json()
    assert (came["figures"]["found"], len(came["exceptions"]), came["next"]) == (3, 3, None)
    for one, word in zip(came["exceptions"], ("investigate",) * 3, strict=True):
        post(commander, f"/{code}/decisions", 200, items=[one["item"]], word=word, reason="to be seen")
    closed = post(commander, f"/{code}/close", 200)
    assert (closed["phase"], closed["recorded"]) == ("closed", 3)
    printed = commander.get(f"{COUNTS}/{code}/certificate?language=fr")
    assert printed.content.startswith(b"%PDF")


def test_programs_see_no_count_of_another_place_and_no_sheet_of_another_counter(place: Armoury) -> None:
    key = opened(place.depot, counters=2)
    counted(key, [*serials(place)[:2], "ZEBRA"])
    code = house.shown(key)
    near, far = client("n1", "counter"), client("f1", "counter", OTHER)
    came = near.get(f"{COUNTS}/{code}")
    assert came.json()["exceptions"] == []
    assert b"ZEBRA" not in came.content
    assert (
        near.post(
            f"{COUNTS}/{code}/sheets/{known(key).counters[0].number}/end", {}, content_type="application/json"
        ).status_code
        == 422
    )
    assert far.get(f"{COUNTS}/{code}").status_code == 404
    assert far.get(COUNTS).json() == []
    assert far.post(f"{COUNTS}/{code}/sheets", {}, content_type="application/json").status_code == 404
