"""Projects as people meet them: the recipient's coordinator (Alice) and authority, the donor's officer (Bob), an outsider (Charlie)."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from countermark.cooperation.needs import Costed
from countermark.cooperation.projects import agreeing, services
from countermark.cooperation.queries import Viewer
from countermark.cooperation.waiting import waiting
from tests.cooperation.projects.scene import AUTHORITY, OFFICER, PDF, designed, found, planned, project, running, user
from tests.cooperation.projects.test_projects import second
from tests.cooperation.region import COORDINATOR, OWN, need

pytestmark = pytest.mark.django_db
BASE = "/cooperation/"


def client(name: str, role: str, seat: str) -> Client:
    """A browser of somebody who speaks for an actor."""
    user(name, role, seat)
    made = Client()
    # Through the door: who has signed in a moment ago need not confirm who they are.
    made.post("/accounts/login/", {"login": name, "password": "a-long-password"})
    return made


def test_who_decides_for_a_side_confirms_first_who_they_are() -> None:
    key, _donor = designed()
    decides = Client()
    decides.force_login(user("authority", "authority", OWN))

    where = send(decides, f"projects/{key}/gate/decline/", words="w", gate="design")
    assert where.startswith("/accounts/reauthenticate/")


def test_the_proof_of_a_gate_is_given_to_the_sides_alone() -> None:
    key, donor = designed()
    services.share(key, "public", [], "none", actor=OWN, by=COORDINATOR)
    address = f"{BASE}projects/{key}/proofs/planning/"

    given = client("bob", "partner", donor).get(address).json()
    assert given["eventID"] == project(key).passed["planning"].event
    assert given["proof"]
    assert client("charlie", "partner", "XQ").get(address).status_code == 404
    assert client("bob2", "partner", donor).get(address.replace("planning", "design")).status_code == 404


def text(who: Client, path: str, status: int = 200) -> str:
    answer = who.get(BASE + path)
    assert answer.status_code == status, path
    return answer.content.decode()


def send(who: Client, path: str, status: int = 302, **fields: Any) -> str:
    answer = who.post(BASE + path, fields)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer.headers["Location"] if status == 302 else answer.content.decode()


def test_a_provider_proposes_a_project_once_however_often_the_form_is_sent() -> None:
    _key, donor = planned()
    wanted = need(visibility="public", title="Records of the army")
    bob = client("bob", "partner", donor)

    assert "Records of the army" in text(bob, "projects/new/")
    said: dict[str, Any] = {"title": "Records", "needs": [wanted], "amount": "100.50", "once": "k"}
    first, second = (send(bob, "projects/new/", **said) for _number in range(2))

    assert first == second
    assert project(first.rstrip("/").rpartition("/")[2]).given == 10050


def test_a_need_the_provider_may_not_see_is_not_offered_and_not_taken() -> None:
    _key, donor = planned()
    hidden = need(title="Kept to ourselves")
    bob = client("bob", "partner", donor)

    assert "Kept to ourselves" not in text(bob, "projects/new/")
    send(bob, "projects/new/", 422, title="X", needs=[hidden])


def test_an_outsider_sees_nothing_of_a_project_anywhere() -> None:
    key, _donor = planned()
    charlie = client("charlie", "partner", "XQ")

    assert "Marking in the west" not in text(charlie, "projects/")
    for path in ("", "agreement/", "costs/", "costs.svg", "work/", "terms/", "part/x/"):
        text(charlie, f"projects/{key}/{path}", 404)
    assert charlie.post(f"{BASE}projects/{key}/do/look/").status_code == 404


def test_with_whom_it_is_shared_sees_what_it_is_about_and_not_what_is_between_its_sides() -> None:
    key, donor = designed()
    items = running(key, donor)
    services.share(key, "public", [], "none", actor=OWN, by=COORDINATOR)
    charlie = client("charlie", "partner", "XQ")

    page = text(charlie, f"projects/{key}/")
    assert "All stocks are marked." in page
    for words in ("as agreed", "What happened", "Overlaps and terms"):
        assert words not in page
    assert "no power" not in text(charlie, f"projects/{key}/work/")
    for path in ("agreement/", "terms/", f"part/{items['equipment']}/"):
        text(charlie, f"projects/{key}/{path}", 404)


def test_the_way_from_the_proposal_to_the_signed_terms() -> None:
    key, donor = planned()
    alice, bob = client("alice", "assistance", OWN), client("bob", "partner", donor)
    decides = client("authority", "authority", OWN)
    at = f"projects/{key}/"
    send(alice, at + "do/authority/", user="authority")
    send(
        alice, at + "do/describe/", title="Marking", aims="All marked.", needs=project(key).needs, themes=["marking"],
        places="XA", languages="fr", begin="2026-01-01", end="2028-12-31",
    )  # fmt: skip
    send(bob, at + "do/look/")
    assert "Ask for the gate" in text(bob, at)
    send(bob, at + "do/ask/", words="")
    assert "waits for the recipient" in text(alice, at)
    assert "Pass the gate" in text(decides, at)
    assert "Pass the gate" not in text(alice, at)
    send(decides, at + "gate/pass/", words="It is ours.", gate="planning")
    assert found(key).state == "design"
    upload = SimpleUploadedFile("terms.pdf", PDF, "application/pdf")
    send(bob, at + "do/terms/", title="Terms", document=upload)
    terms = project(key).terms
    assert terms
    send(alice, at + "do/sign/", agreed="on", digest=terms.digest)
    send(bob, at + "do/sign/", agreed="on", digest=terms.digest)

    assert project(key).agreed
    page = text(alice, at)
    assert "It is ours." in page
    assert "gate of a project passed" in page
    given = alice.get(BASE + at + "terms/")
    assert given.content == PDF
    assert "attachment" in given.headers["Content-Disposition"]


def test_nobody_else_passes_a_gate_on_a_page() -> None:
    key, donor = designed()
    services.send_back(key, "planning", words="w", actor=OWN, by=AUTHORITY)
    services.ask_gate(key, actor=donor, by=OFFICER)
    other = client("second", "authority", OWN)
    foreign = client("foreign", "authority", donor)

    assert "the authority the recipient has named" in send(
        other, f"projects/{key}/gate/pass/", 422, words="w", gate="planning"
    )
    send(foreign, f"projects/{key}/gate/pass/", 422, words="w", gate="planning")
    assert found(key).state == "planning"


def test_a_signature_is_under_the_document_that_was_shown_and_under_none_offered_since() -> None:
    key, donor = designed()
    shown = agreeing.offer_terms(key, "Terms", PDF, actor=donor, by=OFFICER)
    alice = client("alice", "assistance", OWN)
    page = text(alice, f"projects/{key}/do/sign/")
    assert f">{shown}<" in page
    assert f"projects/{key}/terms/" in page
    agreeing.offer_terms(key, "Other terms", PDF + b"more", actor=donor, by=OFFICER)

    send(alice, f"projects/{key}/do/sign/", 422, agreed="on", digest=shown)
    assert not project(key).terms.signed  # type: ignore[union-attr]


def test_a_gate_sent_again_is_passed_once_and_is_never_the_next_one() -> None:
    key, _donor = designed()
    decides = client("authority", "authority", OWN)

    send(decides, f"projects/{key}/gate/pass/", words="twice", gate="planning")
    assert (found(key).state, set(project(key).passed)) == ("design", {"planning"})


def test_a_line_taken_out_in_one_window_takes_no_other_out_in_the_next() -> None:
    key, donor = planned()
    services.set_line(key, Costed("travel", "12.50", OWN, ""), actor=OWN, by=COORDINATOR)
    first, *kept = project(key).once
    bob = client("bob", "partner", donor)
    out: dict[str, Any] = {"category": "travel", "amount": "", "was": services.mark_of(first), "once": "a"}

    for _click in range(2):
        send(bob, f"projects/{key}/part/0/line/", **out)
    send(bob, f"projects/{key}/part/0/line/", 422, **{**out, "once": "b"})
    assert list(project(key).once) == kept


def test_the_auditor_is_led_from_what_happened_to_the_ledger() -> None:
    key, _donor = planned()
    auditor = client("auditor", "auditor", "")

    assert "/ledger/entries/" in text(auditor, f"projects/{key}/")
    assert "meetings/new/" not in text(auditor, "calendar/")


def test_an_actor_is_entered_once_however_often_the_form_is_sent() -> None:
    planned()
    alice = client("alice", "assistance", OWN)
    first, second = (send(alice, "actors/add/", name="Quiet Roads", kind="ngo", once="k") for _click in range(2))

    assert first == second


@pytest.mark.parametrize("item", ["\u00b2", "1000", "x"])
def test_a_line_with_an_odd_number_is_no_line(item: str) -> None:
    key, donor = planned()

    text(client("bob", "partner", donor), f"projects/{key}/part/{item}/line/", 404)


def test_costs_and_work_are_said_on_forms_and_accepted_equipment_is_in_the_register() -> None:
    key, donor = designed()
    items = running(key, donor)
    alice, bob = client("alice", "assistance", OWN), client("bob", "partner", donor)
    at, item = f"projects/{key}/", items["equipment"]

    line: dict[str, Any] = {
        "category": "fuel",
        "amount": "70",
        "first": "2027",
        "last": "2029",
        "payer": OWN,
        "once": "k",
    }
    for _number in range(2):
        send(alice, at + "do/running_line/", **line)
    assert [one.category for one in project(key).running] == ["power", "fuel"]
    assert "ends with 2028" in text(alice, at + "costs/")
    assert alice.get(BASE + at + "costs.svg").headers["Content-Type"] == "image/svg+xml"
    assert "stamps by hand" in text(bob, at + f"part/{item}/")
    send(bob, at + f"part/{item}/deliver/", day="2026-09-01")
    entered: dict[str, Any] = {"register": "machine:dot_peen", "name": "Dot-peen 1", "days": "180"}
    send(alice, at + f"part/{item}/accept/", day="2026-09-02", **entered)

    assert project(key).deliverables[item].registered[0].startswith("machine:")
    indicator = next(iter(project(key).indicators))
    send(alice, at + f"part/{indicator}/read/", day="2026-10-01", value="71,3", source="count of October")
    assert "71.3" in text(alice, at + "work/")
    assert "count of October" in text(bob, at + f"part/{indicator}/")


def test_overlaps_raise_an_alarm_on_the_first_page_and_are_answered_there() -> None:
    key, _donor = designed()
    other = second()
    alice = client("alice", "assistance", OWN)

    assert "others do or plan the same" in text(alice, "")
    assert "Marking in the west" in text(alice, "overlaps/")
    send(alice, f"projects/{key}/do/look/")
    send(alice, f"projects/{key}/part/project:{other}/answer/", words="They mark the army's.")
    assert "They mark the army&#x27;s." in text(alice, f"projects/{key}/agreement/")
    assert not [one for one in waiting(Viewer(OWN)) if key in one.url and one.alarming]


def test_an_overlap_nobody_shares_does_not_show_to_a_provider() -> None:
    key, donor = designed()
    other = second()
    agreeing.look_for_overlaps(key, actor=OWN, by=COORDINATOR)
    page = text(client("bob", "partner", donor), f"projects/{key}/agreement/")

    assert "Marking in the east" not in page
    assert "No overlap that you may know of" in page
    agreeing.answer_overlap(key, f"project:{other}", "They mark the army's.", actor=OWN, by=COORDINATOR)
    assert "They mark the army" not in text(client("bob", "partner", donor), f"projects/{key}/")
    assert "They mark the army" in text(client("alice", "assistance", OWN), f"projects/{key}/")


def test_what_others_do_is_entered_and_changed_by_who_took_it_in() -> None:
    planned()
    alice, charlie = client("alice", "assistance", OWN), client("charlie", "partner", "XQ")
    said: dict[str, Any] = {
        "title": "Their marking", "providers": "Agency of XE", "stage": "planning", "themes": ["marking"], "places": "XA",
        "begin": "2026-05-01", "end": "2026-12-31", "source": "a meeting", "visibility": "private",
    }  # fmt: skip
    where, again = (send(alice, "overlaps/new/", **said, once="k").removeprefix(BASE) for _click in range(2))

    assert where == again
    assert "Agency of XE" in text(alice, where)
    text(charlie, where, 404)
    send(alice, where + "change/", **{**said, "title": "Their records"})
    assert "Their records" in text(alice, "overlaps/")


def test_a_list_is_narrowed_and_taken_along() -> None:
    key, donor = planned()
    bob = client("bob", "partner", donor)

    assert key in text(bob, "projects/?stage=planning&theme=marking&text=west")
    assert key not in text(bob, "projects/?stage=closed")
    taken = bob.post(BASE + "projects/", {"format": "csv", "purpose": "report"})
    assert b"Marking in the west" in b"".join(taken.streaming_content)  # type: ignore[attr-defined]


def test_a_need_names_the_projects_that_answer_it_to_who_may_see_them() -> None:
    key, donor = planned()
    address = f"needs/{project(key).needs[0]}/"

    assert key in text(client("bob", "partner", donor), address)
    assert key not in text(client("charlie", "partner", "XQ"), address)
