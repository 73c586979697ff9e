"""What an actor keeps to itself, or shares with others, shows to nobody else: not on pages, in counts, filters, choices, files, nor over the API."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from countermark.accounts.models import User
from countermark.cooperation import actors, needs, offers
from countermark.cooperation.models import SubjectRow
from countermark.web import errors
from countermark.web.api import api
from tests.cooperation.consultation.rounds_there import drafted, replied, sent_round
from tests.cooperation.pagekit import seated, taken, text
from tests.cooperation.region import COORDINATOR, need, offer, region, said_need, said_offer
from tests.register import people
from tests.web.other_rooms import NATIONAL

pytestmark = pytest.mark.django_db

SECRETS = (
    "Secret title",
    "Secret gap",
    "Secret site",
    "Secret round",
    "Secret answer",
    "Secret terms",
    "7654321",
    "7 654 321",
)
CHANGING = re.compile(
    r'<footer.*?</footer>|\d\d:\d\d UTC|name="csrfmiddlewaretoken" value="\w+"|(?:name|id)="(?:token|request|once)" value="[\w-]+"'
    r'|value="[0-9a-f-]{32,36}"',
    re.DOTALL,
)
LISTS = ("needs/", "offers/", "actors/", "consultations/")
OURS = ("cooperation:need", "cooperation:offer", "cooperation:round", "cooperation:actor")


@pytest.fixture
def who() -> dict[str, str]:
    found = region()
    need("XQ", visibility="public")
    offer(found["donor"])
    return found


def kept(who: dict[str, str]) -> None:
    """What XA and the donor keep to themselves or share with each other alone."""
    secret: dict[str, Any] = {
        "title": "Secret title", "gap": "Secret gap", "sites": ["Secret site"], "theme": "brokering", "priority": 1,
        "once": [needs.Costed("travel", "7654321")],
    }  # fmt: skip
    need(**secret)
    need(**secret, visibility="partners", partners=[who["donor"]])
    needs.state_need(said_need(**secret, visibility="public"), actor="XA", by=COORDINATOR, state="draft")
    terms = {"title": "Secret title", "budget": "7654321", "conditions": "Secret terms", "regions": ["secret-region"]}
    offer(who["donor"], **terms, visibility="private")
    offer(who["donor"], **terms, visibility="partners", partners=["XA"])
    offers.state_offer(said_offer(**terms), actor=who["donor"], by=COORDINATOR, state="draft")
    drafted(who, title="Secret round")
    key = sent_round(who, title="Secret round", addressees=[who["donor"]])
    replied(key, who["donor"], who["donor"], q3="Secret answer")


def plain(client: Client, url: str) -> str:
    """A page or answer without what is another each time."""
    answer = client.get(url)
    if answer.streaming or not answer.headers.get("Content-Type", "").startswith(
        ("text/html", "application/json", "image/svg")
    ):
        return ""
    return CHANGING.sub("", answer.content.decode())


def pages() -> list[str]:
    names = [
        n for n, page in NATIONAL.items() if n.startswith("cooperation:") and page.method == "get" and not page.kwargs
    ]
    asked = [
        f"/cooperation/needs/?{query}"
        for query in ("text=secret", "theme=brokering", "priority=1", "actor=XA", "order=amount")
    ]
    return ["/", *asked, "/cooperation/offers/?text=secret", "/cooperation/actors/XA/", *map(reverse, names)]


def operations() -> list[str]:
    paths = api.get_openapi_schema()["paths"]
    return [path for path, said in paths.items() if "get" in said and "/cooperation/" in path]


@pytest.mark.parametrize("seat", ["XQ", ""])
def test_nothing_an_actor_keeps_changes_what_others_see(who: dict[str, str], seat: str) -> None:
    client = people.signed_in("vera", "partner")
    actors.seat(User.objects.get(username="vera"), who.get(seat, seat), by=COORDINATOR)
    urls = [*pages(), *(path for path in operations() if "{" not in path)]
    before = {url: plain(client, url) for url in urls} | {path: taken(client, path) for path in LISTS[:3]}

    kept(who)

    after = {url: plain(client, url) for url in urls} | {path: taken(client, path) for path in LISTS[:3]}
    changed = {
        url: sorted(set(old.split("\n")) ^ set(after[url].split("\n")))
        for url, old in before.items()
        if old != after[url]
    }
    assert changed == {}
    assert sum(map(bool, before.values())) > len(urls) * 0.7


def test_no_page_of_what_is_kept_says_anything_of_it(who: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    kept(who)
    monkeypatch.setattr(errors, "_page", lambda request, status, *said, **more: HttpResponse(status=status))
    client = seated("vera", "XQ")
    urls = [*things(), *calls()]

    told = {url: found for url in urls if (found := secrets(client, url))}

    assert told == {}
    assert len(urls) > 50


def secrets(client: Client, url: str) -> list[str]:
    said = plain(client, url)
    return [word for word in SECRETS if word in said]


def things() -> list[str]:
    """Every page about one thing, for each thing there is that it may be about."""
    found = []
    for name, page in NATIONAL.items():
        if not name.startswith(OURS) or page.method != "get" or "key" not in (page.kwargs or {}):
            continue
        for key in keys():
            try:
                found.append(reverse(name, kwargs={**(page.kwargs or {}), "key": key}))
            except NoReverseMatch:
                continue
    return found


def keys() -> list[str]:
    rows = SubjectRow.objects.filter(kind__in=["need", "offer", "round", "roundreply", "actor"])
    return sorted(rows.values_list("key", flat=True))


def calls() -> list[str]:
    """Every operation about one thing, for each thing there is."""
    about = [path for path in operations() if path.split("/")[3] in ("needs", "offers", "consultations", "actors")]
    return [path.replace("{key}", key) for path in about if re.findall(r"{(\w+)}", path) == ["key"] for key in keys()]


def test_a_partner_sees_what_is_shared_with_it_and_not_with_whom_else(who: dict[str, str]) -> None:
    key = need(title="Shared", visibility="partners", partners=[who["donor"], who["centre"]])
    donor, own = seated("ingrid", who["donor"]), seated("pelia", "XA", "assistance")

    assert "Shared" in text(donor, "needs/")
    assert "Shared" in taken(donor, "needs/")
    assert "Regional Centre West" in text(own, f"needs/{key}/")
    assert "Regional Centre West" not in text(donor, f"needs/{key}/")


@pytest.mark.parametrize(
    "path", ["needs/{need}/change/", "needs/{need}/state/", "offers/{offer}/change/", "offers/{offer}/state/"]
)
def test_what_is_anothers_is_seen_and_not_changed(who: dict[str, str], path: str) -> None:
    keys = {"need": need(visibility="public"), "offer": offer(who["donor"])}
    other = seated("vera", "XQ")

    assert other.get(f"/cooperation/{path.format(**keys)}").status_code == 403
    assert other.post(f"/cooperation/{path.format(**keys)}", {"state": "withdrawn"}).status_code == 403


def test_the_auditor_sees_what_is_not_shared_and_changes_nothing(who: dict[str, str]) -> None:
    kept(who)
    auditor = people.signed_in("rosava", "auditor")

    assert text(auditor, "needs/").count("Secret title") == 3
    assert "Secret round" in text(auditor, "consultations/")
    assert "State a need" not in text(auditor, "needs/")
    assert auditor.get("/cooperation/needs/add/").status_code == 403
