"""IATI by pages, programs and commands."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from countermark.accounts import services as accounts
from countermark.accounts.models import User
from countermark.cli.cooperation.iati import iati
from countermark.cooperation import actors, acts
from countermark.cooperation.iati import received, taking
from countermark.cooperation.iati.kinds import Received
from countermark.cooperation.iati.reading import load
from countermark.cooperation.projects import overlaps
from countermark.cooperation.projects import services as projects
from countermark.cooperation.queries import Viewer
from tests.cooperation.fund import money
from tests.cooperation.iati.standard import OPEN, needs_standard
from tests.cooperation.iati.test_reading import GOOD
from tests.cooperation.pagekit import seated, sent, text
from tests.cooperation.projects.scene import planned
from tests.cooperation.region import COORDINATOR, OWN, offer, region
from tests.register import people

pytestmark = pytest.mark.django_db


def file(data: str = GOOD) -> SimpleUploadedFile:
    return SimpleUploadedFile("activities.xml", data.encode(), content_type="application/xml")


def looked_at(client: Client, data: str = GOOD) -> str:
    answer = client.post("/cooperation/iati/take/", {"file": file(data), "once": "a"})
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


def carried(page: str) -> str:
    return page.split('name="checked" value="', 1)[1].split('"', 1)[0]


# --- pages --------------------------------------------------------------------------------------------------------------


def test_a_file_is_shown_before_anything_of_it_is_kept() -> None:
    region()
    page = looked_at(
        seated("ana", OWN), GOOD.replace('<sector code="15240"/>', '<sector code="15240" percentage="60"/>')
    )
    for word in ("Marking", "XA-GOV-1-A", "2.1.4", "12\N{NO-BREAK SPACE}500.50"):
        assert word in page
    assert not received.known(OWN)


def test_what_was_chosen_on_the_page_is_taken_in_and_the_rest_is_not() -> None:
    region()
    ana = seated("ana", OWN)
    second = GOOD[GOOD.index(" <iati-activity ") : GOOD.index("</iati-activities>")].replace("-A<", "-B<")
    page = looked_at(ana, GOOD.replace("</iati-activities>", second + "</iati-activities>"))
    chosen: dict[str, Any] = {
        "becomes-0": "elsewhere",
        "theme-0": "records",
        "becomes-1": "skip",
        "theme-1": "",
        "visibility": "private",
    }
    sent(ana, "iati/take/", checked=carried(page), **chosen)
    (one,) = received.known(OWN)
    assert one.of(Received).reference == "XA-GOV-1-A"
    (other,) = acts.subjects("elsewhere")
    assert other.value["themes"] == ["records"]
    assert "XA-GOV-1-A" in text(ana, "iati/")


def test_a_page_of_another_person_is_not_carried_on() -> None:
    region()
    page = looked_at(seated("ana", OWN))
    answer = sent(seated("ben", OWN), "iati/take/", checked=carried(page), visibility="private")
    assert answer == "/cooperation/iati/take/"
    assert not received.known(OWN)


def test_what_is_no_iati_file_is_refused_beside_the_field() -> None:
    region()
    answer = seated("ana", OWN).post("/cooperation/iati/take/", {"file": file("<!DOCTYPE a []><a/>"), "once": "a"})
    assert answer.status_code == 422
    assert "DOCTYPE" in answer.content.decode()


def test_what_others_took_in_is_not_seen() -> None:
    who = region()
    ana = seated("ana", OWN)
    page = looked_at(ana)
    chosen: dict[str, Any] = {"becomes-0": "elsewhere", "theme-0": "", "visibility": "private"}
    sent(ana, "iati/take/", checked=carried(page), **chosen)
    assert "XA-GOV-1-A" not in text(seated("don", who["donor"]), "iati/")


def test_a_file_of_what_is_public_is_taken_away_with_a_reason() -> None:
    who = region()
    offer(who["donor"])
    offer(who["donor"], title="For friends", visibility="private")
    client = seated("don", who["donor"])
    answer = client.post(
        "/cooperation/iati/export/", {"what": "public", "lang": "en", "purpose": "registry", "once": "a"}
    )
    assert answer.status_code == 200
    (activity,) = load(answer.content).activities
    assert activity.id.startswith("XD-COUNTERMARK-")
    assert b"For friends" not in answer.content


def test_nothing_public_is_said_and_no_file_made() -> None:
    region()
    answer = seated("ana", OWN).post(
        "/cooperation/iati/export/", {"what": "public", "lang": "en", "purpose": "x", "once": "a"}
    )
    assert answer.status_code == 422
    assert "nothing public" in answer.content.decode()


def test_markers_are_kept_and_shown() -> None:
    key, _ = planned()
    ana = seated("ana", OWN)
    sent(
        ana,
        f"iati/projects/{key}/",
        gender="2",
        disability="",
        governance="",
        aid="",
        flow="",
        tied="5",
        collaboration="",
    )
    assert "1=2" in text(ana, "iati/")


# --- programs -----------------------------------------------------------------------------------------------------------


def program(actor: str, name: str = "prog") -> Client:
    user = people.person(name, "partner")
    actors.seat(user, actor, by=COORDINATOR)
    expires = timezone.now() + timedelta(days=1)
    token = accounts.issue_token(User.objects.get(pk=user.pk), "test", ["aid"], expires, by=COORDINATOR)
    return Client(headers={"Authorization": f"Bearer {token}"})


def test_a_program_checks_takes_in_and_takes_away() -> None:
    region()
    client = program(OWN)
    judged = client.post("/api/cooperation/iati/checks", {"file": file()})
    assert (judged.status_code, judged.json()["findings"]) == (200, [])
    first, again = (client.post("/api/cooperation/iati/files", {"file": file()}).json() for _ in range(2))
    assert (first["new"], again["unchanged"]) == (["XA-GOV-1-A"], ["XA-GOV-1-A"])
    assert [one["kind"] for one in first["findings"]] == ["withheld"]
    assert [one["value"]["reference"] for one in client.get("/api/cooperation/iati/received").json()] == ["XA-GOV-1-A"]
    assert [one.id for one in load(client.get("/api/cooperation/iati/received.xml").content).activities] == [
        "XA-GOV-1-A"
    ]


def test_a_program_without_the_books_gets_no_window_of_the_fund() -> None:
    region()
    answer = program(OWN).get("/api/cooperation/iati/activities", {"window": "*"})
    assert answer.status_code == 422
    assert "keeps its books" in answer.content.decode()


def test_a_program_gets_what_is_public() -> None:
    key, _ = planned()
    projects.share(key, "public", [], "none", actor=OWN, by=COORDINATOR)
    client = program(OWN)
    put = client.put(f"/api/cooperation/iati/projects/{key}", json.dumps({"markers": {"1": "1"}}), "application/json")
    assert put.json() == {"changed": True}
    answer = client.get("/api/cooperation/iati/activities")
    assert answer.status_code == 200
    (activity,) = load(answer.content).activities
    assert [(one.code, one.significance) for one in activity.policy_markers] == [("1", "1")]


# --- commands -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.xml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def run(*arguments: str | Path) -> tuple[Any, str]:
    done = CliRunner().invoke(iati, [str(one) for one in arguments], obj={}, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.return_value, done.stdout


def test_a_command_judges_a_file_and_says_so_by_its_status(folder: Path) -> None:
    status, out = run("check", folder / "in.xml", "--json")
    assert (status, json.loads(out)["activities"]) == (0, 1)
    (folder / "in.xml").write_text(GOOD.replace('<sector code="15240"/>', ""), encoding="utf-8")
    status, out = run("check", folder / "in.xml")
    assert status == 1
    assert "error 6.2.2: XA-GOV-1-A" in out


def test_a_command_takes_in_once_and_writes_back(folder: Path) -> None:
    region()
    status, out = run("import", folder / "in.xml", "--dry-run", "--json")
    (line,) = json.loads(out)["activities"]
    assert (status, line["themes"], line["suggested"], line["oda_eligible"]) == (0, ["marking"], True, None)
    assert not received.known(OWN)
    counts = [json.loads(run("import", folder / "in.xml", "--json")[1]) for _ in range(2)]
    assert [(one["new"], one["unchanged"]) for one in counts] == [(1, 0), (0, 1)]
    run("export", folder / "out.xml", "--received", "--json")
    (activity,) = load((folder / "out.xml").read_bytes()).activities
    assert activity.transactions[0].value
    assert str(activity.transactions[0].value.amount) == "12500.50"


def test_a_command_imports_only_what_is_named(folder: Path) -> None:
    region()
    _, out = run("import", folder / "in.xml", "--only", "XA-OTHER", "--json")
    assert json.loads(out)["skipped"] == 1


def test_a_command_counts_what_it_could_not_read_as_refused(folder: Path) -> None:
    region()
    (folder / "in.xml").write_text(GOOD.replace('iso-date="2025-01-01Z"', 'iso-date="2025-02-31"'), encoding="utf-8")
    _, out = run("import", folder / "in.xml")

    assert out.splitlines()[-1] == "0 new, 0 changed, 0 unchanged, 1 refused"


def test_a_command_exports_what_is_public(folder: Path) -> None:
    key, _ = planned()
    projects.share(key, "public", [], "none", actor=OWN, by=COORDINATOR)
    run("publication", key, "--marker", "1=2")
    _, out = run("export", folder / "out.xml", "--json")
    assert json.loads(out)["activities"] == 1
    assert b'<policy-marker code="1"' in (folder / "out.xml").read_bytes()


@needs_standard
def test_a_command_holds_a_file_against_the_official_schema_where_it_is_at_hand(folder: Path) -> None:
    (folder / "in.xml").write_text(GOOD.replace('<activity-status code="2"/>', ""), encoding="utf-8")
    _, out = run("check", folder / "in.xml", "--standard", OPEN, "--json")
    told = json.loads(out)
    assert told["schema"] == "held"
    assert "schema" in {one["kind"] for one in told["findings"]}


def test_the_page_and_the_command_say_the_same_of_a_file(folder: Path) -> None:
    region()
    wrong = GOOD.replace('<sector code="15240"/>', "")
    (folder / "in.xml").write_text(wrong, encoding="utf-8")
    _, out = run("check", folder / "in.xml", "--json")
    page = looked_at(seated("ana", OWN), wrong)
    for one in json.loads(out)["findings"]:
        assert escape(one["message"]) in page


def test_who_keeps_the_books_releases_a_window_without_a_seat() -> None:
    of = money.fund()
    of.give("1000.00")
    client = people.signed_in("keeper", "fund")
    said = {"what": "public", "lang": "en", "purpose": "registry", "windows": [of.window], "once": "a"}
    answer = client.post("/cooperation/iati/export/", said)
    assert answer.status_code == 200
    (activity,) = load(answer.content).activities
    assert [str(one.value.amount) for one in activity.transactions if one.value] == ["1000.00"]
    assert "windows" not in seated("ana", OWN).get("/cooperation/iati/export/").content.decode()


def test_what_was_taken_in_shows_as_an_overlap_of_a_project() -> None:
    key, _ = planned()
    data = GOOD.replace(
        'iso-date="2025-01-01Z"/>', 'iso-date="2025-01-01"/><activity-date type="3" iso-date="2027-01-01"/>'
    )
    taking.take_in(load(data.encode()), {}, actor=OWN, by=COORDINATOR)
    found = acts.subject("project", key)
    assert found
    (met,) = overlaps.told(found, Viewer(OWN))
    assert met.other
    assert (met.other.kind, met.themes, met.places) == ("elsewhere", ("marking",), ("XA",))
