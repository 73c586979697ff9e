"""Rounds on pages, for programs and on the command line: from the first form to what the replies come to."""

import json
from pathlib import Path

import pytest
from django.test import Client

from countermark.cooperation import acts
from countermark.cooperation.consultation import rounds
from tests.cooperation.consultation.rounds_there import replied, sent_round
from tests.cooperation.pagekit import seated, sent, taken, text
from tests.cooperation.region import region
from tests.cooperation.test_needs_programs import ask, program, said
from tests.register import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def who() -> dict[str, str]:
    return region()


@pytest.fixture
def pelia(who: dict[str, str]) -> Client:
    return seated("pelia", who["own"], "assistance")


def test_a_round_goes_from_the_first_form_to_its_analysis(pelia: Client, who: dict[str, str]) -> None:
    form = {
        "questions-TOTAL_FORMS": "3", "questions-INITIAL_FORMS": "0", "title": "Views on assistance", "text": "We ask for views.",
        "due": "2026-05-31", "addressees": [who["other"], who["donor"]], "questions-0-text": "Adequate?", "questions-0-kind": "choice",
        "questions-0-choices": "Yes\nNo", "questions-2-text": "Why?", "questions-2-kind": "words",
    }  # fmt: skip
    more = pelia.post("/cooperation/consultations/add/", {**form, "more": "questions"}).content.decode()
    assert "questions-4-text" in more
    page = pelia.post("/cooperation/consultations/add/", {**form, "once": "k"}).headers["Location"]
    step = page.removeprefix("/cooperation/")
    assert "Adequate?" in text(pelia, f"{step}change/")
    sent(pelia, f"{step}send/", sent="2026-03-01")

    other = seated("quirino", "XQ")
    assert "your reply is asked for" in text(other, "")
    sent(other, f"{step}replies/XQ/change/", received="2026-06-02", q1="2", q2="It came too late.", remarks="")
    assert "your reply is asked for" not in text(other, "")
    assert "It came too late." in text(other, f"{step}replies/XQ/")

    shown = text(pelia, step)
    assert "Have not replied" in shown
    assert "overdue since 2026-05-31" in shown
    assert f"{step}replies/{who['donor']}/change/" in shown
    reads = text(seated("authority", who["own"], "authority"), step)
    assert "Have not replied" in reads
    assert f"replies/{who['donor']}/" not in reads
    sent(pelia, f"{step}remind/", day="2026-06-10")
    assert "2026-06-10" in text(pelia, step)

    analysis = text(pelia, f"{step}analysis/")
    for words in ("It came too late.", "100\u00a0%", "1 of 2", "Republic of XQ"):
        assert words in analysis
    assert "It came too late." in taken(pelia, f"{step}analysis/")
    chart = pelia.get(f"/cooperation/{step}analysis/1.svg")
    assert chart.headers["Content-Type"] == "image/svg+xml"
    sent(pelia, f"{step}close/")
    assert acts.subjects("round")[0].state == "closed"


def test_the_note_is_a_pdf_to_all_to_one_and_as_a_reminder(pelia: Client, who: dict[str, str]) -> None:
    key = sent_round(who)

    for query in ("", "?to=XQ", "?reminder=1"):
        assert pelia.get(f"/cooperation/consultations/{key}/note.pdf{query}").content.startswith(b"%PDF")
    assert pelia.get(f"/cooperation/consultations/{key}/note.pdf?to=XB").status_code == 404


def test_an_addressee_sees_neither_who_else_is_asked_nor_what_they_said(who: dict[str, str]) -> None:
    key = sent_round(who)
    replied(key, who["donor"], who["donor"], q1="1", q3="Secret of the donor")
    other, stranger = (
        seated("quirino", "XQ"),
        seated("vera", "XB") if acts.subject("actor", "XB") else people.signed_in("vera", "partner"),
    )

    pages = [text(other, path) for path in ("", "consultations/", f"consultations/{key}/")]
    for page in pages[1:]:
        assert "Development Fund" not in page
    assert not any("Secret" in page for page in pages)
    assert "Views on assistance since 2001" in pages[1]
    for path in (
        f"{key}/analysis/",
        f"{key}/analysis/1.svg",
        f"{key}/replies/{who['donor']}/",
        f"{key}/replies/{who['donor']}/change/",
    ):
        assert other.get(f"/cooperation/consultations/{path}").status_code == 404
    assert other.get(f"/cooperation/consultations/{key}/remind/").status_code == 403
    assert "Views on assistance" not in text(stranger, "consultations/")
    assert stranger.get(f"/cooperation/consultations/{key}/").status_code == 404
    assert stranger.get(f"/cooperation/consultations/{key}/note.pdf").status_code == 404


def test_a_fault_in_a_reply_is_shown_beside_its_question_and_nothing_is_lost(
    pelia: Client, who: dict[str, str]
) -> None:
    key = sent_round(who)

    page = sent(
        pelia,
        f"consultations/{key}/replies/XQ/change/",
        422,
        received="2026-02-01",
        q1="1",
        q3="Kept words",
        remarks="",
    )

    assert "a day from 2026-03-01 on" in page
    assert "Kept words" in page


def test_a_round_for_programs(who: dict[str, str]) -> None:
    own, other = program("pelia", "XA", "assistance"), program("quirino", "XQ")
    body = {
        "title": "Views", "text": "We ask.", "due": "2026-05-31", "addressees": ["XQ", who["donor"]],
        "questions": [{"kind": "choice", "text": "Adequate?", "choices": ["Yes", "No"]}, {"kind": "number", "text": "How many?"}],
    }  # fmt: skip
    key = ask("post", "consultations", own, body)["id"]
    ask("get", f"consultations/{key}", other, status=404)
    ask("put", f"consultations/{key}", own, {**body, "title": "Our views"})
    assert ask("post", f"consultations/{key}/send", own, {"day": "2026-03-01"})["state"] == "open"

    seen = ask("get", f"consultations/{key}", other)
    assert (seen["value"]["title"], seen["value"]["partners"]) == ("Our views", [])
    answered = {"answers": {"1": "2", "2": "14"}, "received": "2026-04-01"}
    assert ask("put", f"consultations/{key}/replies/XQ", other, answered)["value"]["answers"]["2"] == {"number": 14}
    ask("get", f"consultations/{key}/analysis", other, status=404)
    found = ask("get", f"consultations/{key}/analysis", own)
    assert (found["silent"], found["questions"][0]["counts"]) == ([who["donor"]], [0, 1])
    assert ask("post", f"consultations/{key}/remind", own, {"day": "2026-06-01"}) == [who["donor"]]
    assert ask("post", f"consultations/{key}/extend", own, {"due": "2026-07-01"})["due"] == "2026-07-01"
    assert ask("post", f"consultations/{key}/close", own)["state"] == "closed"
    assert len(ask("get", "consultations?state=closed", other)) == 1


def test_a_round_on_the_command_line(who: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "round.json").write_text(json.dumps({
        "title": "Views", "text": "We ask.", "due": "2026-05-31", "addressees": ["XQ"],
        "questions": [{"kind": "choice", "text": "Adequate?", "choices": ["Yes", "No"]}],
    }))  # fmt: skip
    (tmp_path / "reply.json").write_text(json.dumps({"answers": {"1": "1"}, "received": "2026-04-01"}))

    key = said("consultations", "write", str(tmp_path / "round.json"))["id"]
    assert said("consultations", "send", key, "2026-03-01")["state"] == "open"
    assert said("consultations", "waiting", key)["silent"][0]["id"] == "XQ"
    assert said("consultations", "reply", key, "XQ", str(tmp_path / "reply.json"))["answers"] == {"1": {"choice": 0}}
    assert said("consultations", "analysis", key)["questions"][0]["counts"] == [1, 0]
    assert said("consultations", "extend", key, "2026-08-01")["state"] == "open"
    said("consultations", "note", key, str(tmp_path / "note.pdf"), "--to", "XQ")
    assert (tmp_path / "note.pdf").read_bytes().startswith(b"%PDF")
    assert said("consultations", "close", key)["state"] == "closed"
    assert [one["id"] for one in said("consultations", "list", "--state", "closed")["rounds"]] == [key]
    assert said("consultations", "show", key)["title"] == "Views"
    assert rounds.mine(key, "XA").state == "closed"
