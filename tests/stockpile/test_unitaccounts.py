"""Accounts: what a unit answers for and where it is, by person, as a file; and who brings what back today."""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import timezone

from countermark.accounts import services as accounts
from countermark.cli import cli
from countermark.ledger import identity, store
from countermark.ledger.reasons import Reason
from countermark.stockpile import queries, receipts, roster, unitaccounts
from countermark.stockpile.incidents import services as incidents
from countermark.stockpile.incidents.services import Report
from countermark.stockpile.shipments import services as shipments
from countermark.stockpile.shipments.services import Manifest
from countermark.stockpile.unitaccounts import Figures
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import ARMOURER, DEPOT, OTHER, Armoury, armoury

pytestmark = pytest.mark.django_db

LATER = "2100-01-01T00:00:00Z"
"""Due on no day a test runs on: a shift ends today or tomorrow, by the hour it is begun."""


@pytest.fixture
def place() -> Armoury:
    """Six weapons: two in the rack, two with a soldier (one overdue), one on its way, one missing."""
    found = armoury(6)
    receipts.issue(found.counter(), [found.weapons[1]], found.trained, "loan", due=LATER)
    receipts.issue(found.counter(), [found.weapons[2]], found.trained, "loan", due="2020-01-01T00:00:00Z")
    key = shipments.prepare(Manifest(DEPOT, OTHER, [found.weapons[3]], "2030-01-01", authority="o"), by=ARMOURER)
    shipments.dispatch(key, by=ARMOURER)
    incidents.report(Report("loss", DEPOT, [found.weapons[4]], "not_found", "not found"), by=ARMOURER)
    return found


def text(client: Client, path: str) -> str:
    answer = client.get(f"/stockpile/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_account_says_where_everything_is_it_answers_for(place: Armoury) -> None:
    of = unitaccounts.account(place.depot, None)
    assert of is not None
    assert of.party == receipts.account_id(place.rack_a)

    assert unitaccounts.figures(of) == Figures(store=2, out=2, transit=1, missing=1, overdue=1)
    assert unitaccounts.figures(of).total == len(place.weapons)
    assert {str(one.pk) for one in unitaccounts.weapons(of)} == {*place.weapons}
    for where, n in (("store", 2), ("out", 2), ("transit", 1), ("missing", 1)):
        assert unitaccounts.weapons(of, where).count() == n  # type: ignore[arg-type]
    [line] = unitaccounts.by_person(of)
    assert (line.name, line.weapons, line.overdue) == ("Cpl T. Rained (1001)", 2, 1)


def test_the_overview_says_of_each_account_what_the_account_says(place: Armoury) -> None:
    found = unitaccounts.overview(None)

    assert [one.site.name for one, _ in found] == [DEPOT, OTHER]
    for one, figures in found:
        assert figures == unitaccounts.figures(one)
    assert sum(figures.total for _, figures in found) == len(place.weapons)


def test_who_sees_one_depot_sees_no_account_of_another(place: Armoury) -> None:
    other = frozenset({place.other})

    assert unitaccounts.account(place.depot, other) is None
    assert unitaccounts.account(place.rack_a, None) is None, "a rack is within the account of its depot"
    assert [one.site.name for one, _ in unitaccounts.overview(other)] == [OTHER]
    client = people.signed_in("helda", "armourer", OTHER)
    assert client.get(f"/stockpile/accounts/{place.depot}/").status_code == 404
    assert DEPOT not in text(client, "accounts/")


def test_the_pages_show_figures_people_and_the_weapons_of_one_kind(place: Armoury) -> None:
    client = people.signed_in("belo", "armourer", DEPOT)

    assert DEPOT in text(client, "accounts/")
    page = text(client, f"accounts/{place.depot}/?where=out")

    assert "T. Rained" in page
    assert "AB1002" in page
    assert "AB1004" not in page
    assert "AB1004" in text(client, f"accounts/{place.depot}/?where=missing&page=x")
    assert "Take as a file" not in page


def test_a_long_account_is_shown_page_by_page(place: Armoury, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unitaccounts, "PAGE", 4)
    client = people.signed_in("belo", "armourer", DEPOT)

    first, second = text(client, f"accounts/{place.depot}/"), text(client, f"accounts/{place.depot}/?page=2")

    assert "page=2" in first
    assert "AB1005" not in first
    assert "AB1005" in second
    assert "page=3" not in second


def test_the_file_is_what_was_seen_is_safe_to_open_and_an_act_says_who_took_it(place: Armoury) -> None:
    accounts.add_place("=1+1", by=CHIEF)
    party, _ = roster.enrol("=cmd()", place=place.depot, qualifications=(), by=CHIEF)
    receipts.give_back(place.counter(), [place.weapons[1]])
    commander = people.signed_in("quirino", "commander", DEPOT)
    address = f"/stockpile/accounts/{place.depot}/export/?where=out"
    assert "Take as a file" in text(commander, f"accounts/{place.depot}/")
    assert commander.post(address, {"format": "csv", "purpose": ""}).status_code == 422

    receipts.issue(
        place.counter(second=place.second), [place.weapons[1]], party.party, "shift", override=Reason("urgent", "no other")
    )  # fmt: skip
    answer: Any = commander.post(address, {"format": "csv", "purpose": "quarterly check"})
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))

    assert {row["mark"] for row in rows} == {"AB1001", "AB1002"}
    assert {row["with"] for row in rows} == {"'=cmd()", "Cpl T. Rained (1001)"}
    [act] = [one.body for one in store.all_entries() if one.body.get("act") == "export"]
    assert (act["rows"], act["format"]) == (2, "csv")
    assert "check" not in json.dumps(act)


def test_what_a_person_has_is_taken_as_a_file_by_who_may_export_and_nobody_else(place: Armoury) -> None:
    address = f"people/{identity.ref_of(place.trained)}/"
    commander = people.signed_in("quirino", "commander", DEPOT)
    assert "export" in text(commander, address)

    answer: Any = commander.post(f"/stockpile/{address}export/", {"format": "csv", "purpose": "handing over"})

    assert b"".join(answer.streaming_content).decode("utf-8-sig").count("AB10") == 2
    elsewhere = people.signed_in("q2", "commander", OTHER)
    assert elsewhere.get(f"/stockpile/{address}export/").status_code == 404
    registrar = people.signed_in("reg", "registrar")
    assert registrar.get(f"/stockpile/accounts/{place.depot}/export/").status_code == 404, "sees no stock"


def test_the_shift_list_says_who_brings_back_what_today_the_overdue_first(place: Armoury) -> None:
    receipts.issue(place.counter(), [place.weapons[0]], place.trained, "loan", due=LATER)
    today = unitaccounts.end_of_day()
    assert today[:10] in {timezone.localdate().isoformat(), timezone.now().date().isoformat()}

    [(line, held)] = unitaccounts.due_today([place.rack_a])

    assert [one.weapon.serial for one in held] == ["AB1002"]
    assert (line.weapons, line.overdue, line.due) == (1, 1, "2020-01-01T00:00:00Z")
    assert len(unitaccounts.due_today([place.rack_a], until=LATER)[0][1]) >= 2
    assert unitaccounts.due_today([place.other]) == []
    page = text(people.signed_in("belo", "armourer", DEPOT), "due/")
    assert "T. Rained" in page
    assert "AB1002" in page
    assert "Nobody is to bring" in text(people.signed_in("helda", "armourer", OTHER), "due/")


def test_programs_read_accounts_and_what_is_due_and_keep_kits(place: Armoury) -> None:
    user = people.person("prog", "armourer", DEPOT)
    token = accounts.issue_token(user, "t", ("stock",), timezone.now() + dt.timedelta(days=1), by=CHIEF)

    def said(method: str, path: str, body: Any = None, key: str = "k1") -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        sent = {"data": body, "content_type": "application/json"} if body else {}
        answer = getattr(Client(), method)(f"/api/stockpile/{path}", headers=headers, **sent)
        assert answer.status_code == 200, answer.content
        return answer.json()

    assert [one["total"] for one in said("get", "accounts")] == [6]
    assert said("get", f"accounts/{place.depot}")["people"][0]["weapons"] == 2
    assert [one["weapons"] for one in said("get", f"due?store={DEPOT}")] == [1]
    kit = {"name": "Team 2", "place": DEPOT, "weapons": place.weapons[:1], "accessories": [{"what": "optic"}]}
    made = said("post", "kits", kit)
    assert said("post", "kits", kit) == made, "sent twice with one key it is made once"
    assert said("get", "kits") == [made]
    changed = said("post", "kits", {**kit, "code": made["code"], "accessories": []}, "k2")
    assert (changed["code"], changed["accessories"]) == (made["code"], [])
    assert said("delete", f"kits/{made['code']}")["state"] == "dissolved"
    assert said("get", f"kits/{made['code'].replace('-', '')}")["state"] == "dissolved"


def test_accounts_and_what_is_due_on_the_command_line(place: Armoury, tmp_path: Path) -> None:
    people.person("quirino", "commander")

    def said(*words: str) -> Any:
        result = CliRunner().invoke(cli, ["--as", "quirino", "stockpile", *words, "--json"])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    assert [one["total"] for one in said("account", "list")["accounts"]] == [6, 0]
    shown = said("account", "show", DEPOT)
    assert (shown["out"], shown["people"][0]["weapons"]) == (2, 2)
    file = tmp_path / "account.csv"
    assert said("account", "export", DEPOT, str(file), "--purpose", "check", "--where", "missing")["rows"] == 1
    assert "AB1004" in file.read_text("utf-8-sig")
    assert [one["weapons"] for one in said("due", "--at", DEPOT)["due"]] == [["AB1002"]]
    assert queries.of_person(place.trained)
