"""The pages of counting: each sees their own sheet, one page of differences, decisions, and the certificate."""

import re

import pytest
from django.test import Client

from countermark.accounts.models import User
from countermark.ledger import services as ledger
from countermark.ledger.services import Actor
from countermark.stockpile import units
from countermark.stockpile.codes import house
from countermark.stockpile.counting import certificate, expectation, queries, services
from countermark.stockpile.counting.services import PlanFields
from tests.register import people
from tests.stockpile.armoury import DEPOT, OTHER, Armoury, armoury
from tests.stockpile.counting import halls
from tests.stockpile.counting.halls import COMMANDER, ONE, counted, known, opened, serials

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def place() -> Armoury:
    return armoury(5)


def page(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode() if status == 200 else ""


def sent(client: Client, path: str, **fields: str) -> str:
    answer = client.post(path, fields, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def scanned(client: Client, code: str, text: str, number: int = 1, **fields: str) -> str:
    said = {"scan": text, "scan_id": f"id{number}", "scan_how": "scanner", "scan_at": "2026-06-30T10:00:00.000Z"}
    answer = client.post(f"/stockpile/counts/{code}/scan/", said | fields, headers=HTMX)
    assert answer.status_code == 200
    return answer.content.decode()


def outcome(html: str) -> str:
    found = re.search(r'data-scan-outcome="(\w+)"', html)
    assert found
    return found[1]


def test_a_planned_count_goes_from_its_plan_to_its_certificate(place: Armoury) -> None:
    commander = people.signed_in("cmd", "commander", DEPOT)
    counter = people.signed_in("cnt", "counter", DEPOT)
    sent(commander, "/stockpile/counts/plan/", place=place.depot, preset="us-monthly", first="2026-01-01")
    [plan] = queries.plans(User.objects.get(username="cmd"))
    assert "Count now" in page(counter, "/stockpile/counts/")

    html = sent(counter, f"/stockpile/counts/plan/{plan.key}/start/")
    found = re.search(r"CT-\w{4}-\w{4}-\w", html)
    assert found
    code = found[0]
    sent(counter, f"/stockpile/counts/{code}/begin/")
    assert "AB1003" in page(counter, f"/stockpile/counts/{code}/sheet/"), "who counts alone sees what is left"
    for number, serial in enumerate(serials(place)[:4]):
        answer = scanned(counter, code, serial, number)
        assert outcome(answer) == "done"
    assert "4 of 5" in answer
    assert "Exceptions" not in page(commander, f"/stockpile/counts/{code}/")
    sent(counter, f"/stockpile/counts/{code}/end/", sure="1")

    html = page(commander, f"/stockpile/counts/{code}/?outcome=not_found")
    assert "AB1004" in html
    assert "disabled" in html
    decided = {"outcome": "not_found", "item": place.weapons[4], "word": "incident", "reason": "lock was broken"}
    html = sent(commander, f"/stockpile/counts/{code}/decide/", **decided)
    assert "lock was broken" in html
    html = sent(commander, f"/stockpile/counts/{code}/close/")
    assert "4 of the 4 weapons found are recorded" in html
    printed = commander.get(f"/stockpile/counts/{code}/certificate/en/")
    assert (printed.status_code, printed.content[:4]) == (200, b"%PDF")


def test_scans_are_answered_with_what_they_are(place: Armoury) -> None:
    elsewhere = people.weapon("X1", "QQ 77", place=OTHER)
    client = people.signed_in("cnt", "counter", DEPOT)
    key = opened(place.depot)
    code = house.shown(key)
    sent(client, f"/stockpile/counts/{code}/begin/")

    for number, (text, expected, word) in enumerate(
        [
            ("AB1000", "done", "Found"), ("AB1000", "again", "already counted"), ("QQ77", "asked", "Not expected here"),
            ("8888", "asked", "Not known"), (units.code_of(place.rack_b), "done", "You stand here now"),
            ("AB1001", "asked", "Belongs in another place"), ("AB1O02", "asked", "Is it one of these?"),
            (place.card, "refused", "No weapon"),
        ]
    ):  # fmt: skip
        html = scanned(client, code, text, number)
        assert (outcome(html), word in html) == (expected, True), text
    assert elsewhere not in scanned(client, code, "QQ77", 50)
    html = sent(client, f"/stockpile/counts/{code}/undo/", scan_id="id0")
    assert "Taken back" in html
    assert {line.id for line in halls.lines(key)} == {"id2", "id3", "id5", "id50"}


def test_a_sheet_on_paper_is_printed_and_keyed_with_its_time(place: Armoury) -> None:
    client = people.signed_in("cnt", "counter", DEPOT)
    key = opened(place.depot)
    code = house.shown(key)
    sent(client, f"/stockpile/counts/{code}/begin/")
    html = page(client, f"/stockpile/counts/{code}/paper/")
    assert code in html
    assert all(serial in html for serial in serials(place))

    path, said = f"/stockpile/counts/{code}/key/", {"lines": "AB1000\nAB1001\n", "once": "o1"}
    assert client.post(path, said).status_code == 422
    for _ in range(2):
        sent(client, path, **said, happened="2026-06-01T09:00+02:00")

    assert [line.how for line in halls.lines(key)] == ["paper", "paper"]


def test_blind_counters_see_neither_each_other_nor_what_is_left(place: Armoury) -> None:
    one, two = people.signed_in("cnt1", "counter", DEPOT), people.signed_in("cnt2", "counter", DEPOT)
    code = house.shown(opened(place.depot, counters=2))
    for client in (one, two):
        sent(client, f"/stockpile/counts/{code}/begin/")
    scanned(one, code, "AB1000")
    scanned(one, code, "ZEBRA 5", 2)
    sent(one, f"/stockpile/counts/{code}/end/", sure="1")

    for path in ("", "sheet/", "paper/"):
        html = page(two, f"/stockpile/counts/{code}/{path}")
        assert not re.search("AB100|ZEBRA", html), path
    assert "0 of 5" in page(two, f"/stockpile/counts/{code}/sheet/")
    assert outcome(scanned(two, code, "AB1000")) == "done", "not 'already counted': that is on another's sheet"
    page(people.signed_in("cnt3", "counter", DEPOT), f"/stockpile/counts/{code}/sheet/", 404)


def test_a_count_of_another_place_is_not_there(place: Armoury) -> None:
    code = house.shown(opened(place.depot))
    for role in ("counter", "commander", "armourer"):
        client = people.signed_in(f"far-{role}", role, OTHER)
        page(client, f"/stockpile/counts/{code}/", 404)
        assert code not in page(client, "/stockpile/counts/")


def test_the_differences_of_a_large_count_come_a_page_at_a_time(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, [*serials(place), *(f"ZZ{number:04d}" for number in range(70))])
    client = people.signed_in("cmd", "commander", DEPOT)
    first = page(client, f"/stockpile/counts/{house.shown(key)}/?outcome=unexpected")
    second = page(client, f"/stockpile/counts/{house.shown(key)}/?outcome=unexpected&page=2")
    assert (first.count('name="item"'), second.count('name="item"')) == (50, 20)

    decided = {"outcome": "unexpected", "all": "1", "word": "investigate", "reason": "all of them"}
    sent(client, f"/stockpile/counts/{house.shown(key)}/decide/", **decided)

    assert queries.undecided(known(key)) == []


def test_the_certificate_says_what_was_decided_and_leads_into_the_ledger(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, serials(place)[1:])
    services.decide(key, [place.weapons[0]], "incident", "rack was open", by=COMMANDER)
    services.close(key, by=COMMANDER)

    data = certificate.sheet(known(key), "en")

    assert data["lines"] == [
        ["AB1000", "not found", "Rack A of Depot 7", "", "report it lost: an incident", "rack was open"]
    ]
    said = dict(data["proof"])
    assert said["Log"] in data["checkpoint"]
    assert said["Entry"] == certificate.closing_of(known(key)).event_id
    assert said["Leaf"].split(" / ")[1] in data["checkpoint"].splitlines()
    with pytest.raises(certificate.NoCertificate):
        certificate.sheet(known(opened(place.other)), "en")


def test_a_surprise_is_not_told_to_the_store(place: Armoury) -> None:
    services.set_plan(place.depot, PlanFields("sb-weekly", first="2030-01-01"), by=COMMANDER)
    services.set_plan(place.depot, PlanFields("us-monthly", first="2030-02-02"), by=Actor("chief"))
    html = page(people.signed_in("arm", "armourer", DEPOT), "/stockpile/counts/")
    assert "not told" in html
    assert "2030-02-02" in html
    assert "not told" not in page(people.signed_in("cmd", "commander", DEPOT), "/stockpile/counts/")
    assert ONE.name not in html


def test_a_count_whose_document_has_not_come_here_says_so(place: Armoury) -> None:
    key = opened(place.depot)
    counter, commander = people.signed_in("cnt", "counter", DEPOT), people.signed_in("cmd", "commander", DEPOT)
    code = house.shown(key)
    sent(counter, f"/stockpile/counts/{code}/begin/")
    ledger.erase([], attachments=[known(key).count.expected], by=COMMANDER, reason="test")
    expectation.read.cache_clear()

    page(counter, f"/stockpile/counts/{code}/sheet/", 404)
    services.end(key, known(key).counters[0].number, by=Actor("cnt"))
    assert "whose documents are on this node" in page(commander, f"/stockpile/counts/{code}/")


def test_what_nobody_knows_is_counted_again_like_the_rest(place: Armoury) -> None:
    key = opened(place.depot)
    counted(key, [*serials(place), "ZZ 99"])
    client, code = people.signed_in("cnt", "counter", DEPOT), house.shown(key)
    commander = people.signed_in("cmd", "commander", DEPOT)
    row = re.search(r"<tr>(?:(?!</tr>).)*ZZ 99.*?</tr>", page(commander, f"/stockpile/counts/{code}/"), re.DOTALL)
    assert row
    assert DEPOT in row[0], "it was seen where the counter stood: no label of a rack was scanned"

    html = sent(client, f"/stockpile/counts/{code}/begin/", sheet="recount")

    assert "ZZ 99" in html
    assert "ZZ 99" in page(client, f"/stockpile/counts/{code}/paper/")
