"""The shell: signing in, headers, health, errors, home, the field that finds anything."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.urls import ResolverMatch, reverse
from django.utils import timezone

from countermark.accounts import access, queries, rules, services
from countermark.accounts.access import PUBLIC, SIGNED_IN
from countermark.accounts.models import ApiToken, User, UserRole
from countermark.ledger.models import NodeSetting
from countermark.ledger.services import Actor
from countermark.register import services as register
from countermark.web import find, home, pseudo
from countermark.web.home import Card, Listing
from countermark.web.navigation import url

pytestmark = pytest.mark.django_db

CHIEF = Actor("chief")
PASSWORD = "a-long-password"


def add(name: str, *roles: str, place: str | None = None) -> User:
    services.add_user(name, roles, place, PASSWORD, by=CHIEF)
    return User.objects.get(username=name)


def sign_in(client: Client, name: str, password: str = PASSWORD) -> HttpResponseBase:
    return client.post("/accounts/login/", {"login": name, "password": password})


@pytest.fixture
def admin(client: Client) -> User:
    """An administrator who has just signed in, so that grave acts need no second confirmation."""
    user = add("root", "admin")
    sign_in(client, "root")
    return user


def text(response: object) -> str:
    assert isinstance(response, HttpResponse)
    return response.content.decode()


# Signing in


def test_signing_in_leads_to_the_page_that_was_asked_for(client: Client) -> None:
    add("root", "admin")
    asked = client.get("/accounts/users/")
    assert asked.headers["Location"] == "/accounts/login/?next=/accounts/users/"

    answer = client.post(asked.headers["Location"], {"login": "root", "password": PASSWORD, "next": "/accounts/users/"})
    assert answer.headers["Location"] == "/accounts/users/"


def test_the_user_name_is_taken_in_any_case(client: Client) -> None:
    add("alice")

    assert sign_in(client, "ALICE").status_code == 302


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(client: Client) -> None:
    add("alice")

    assert text(sign_in(client, "alice", "wrong")).count("not correct") == text(sign_in(client, "bob")).count(
        "not correct"
    )


def test_guessing_passwords_is_stopped(client: Client) -> None:
    add("alice")
    for _attempt in range(5):
        sign_in(client, "alice", "wrong")

    assert "Too many" in text(sign_in(client, "alice"))


def test_a_one_time_password_leads_to_choosing_another_before_anything_else(client: Client) -> None:
    password = services.add_user("alice", ["admin"], by=CHIEF)
    sign_in(client, "alice", password)
    assert client.get("/accounts/users/").headers["Location"] == "/accounts/password/change/"

    chosen = "correct horse battery"
    client.post("/accounts/password/change/", {"oldpassword": password, "password1": chosen, "password2": chosen})
    assert client.get("/accounts/users/").status_code == 200


def test_a_disabled_user_is_out_with_the_next_click(client: Client) -> None:
    add("root", "admin")
    add("alice", "registrar")
    sign_in(client, "alice")
    services.disable_user("alice", by=CHIEF)

    assert client.get("/").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(("role", "minutes"), [("armourer", 15), ("registrar", 60)])
def test_a_session_that_rested_too_long_for_its_role_is_over(client: Client, role: str, minutes: int) -> None:
    add("alice", role)
    start = timezone.now()
    with time_machine.travel(start, tick=False):
        sign_in(client, "alice")
        client.get("/")
    with time_machine.travel(start + timedelta(minutes=minutes - 1), tick=False):
        assert client.get("/").status_code == 200
    with time_machine.travel(start + timedelta(minutes=2 * minutes), tick=False):
        assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_part_of_a_page_is_told_to_load_the_sign_in_page_whole(client: Client) -> None:
    answer = client.get("/", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"] == "/accounts/login/"


def test_there_is_no_sign_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404


def test_the_sign_in_page_of_a_demonstration_offers_its_users_and_says_so(client: Client) -> None:
    services.add_demo_users()

    page = text(client.get("/accounts/login/"))
    assert "countermark-demo" in page
    assert 'value="armourer2"' in page


def test_the_sign_in_page_of_a_real_store_offers_nobody(client: Client) -> None:
    add("alice", "registrar")

    assert "alice" not in text(client.get("/accounts/login/"))


# Default deny


def test_a_view_that_does_not_say_who_may_use_it_is_refused_to_everybody(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = add("root", *rules.ROLES)
    request.resolver_match = ResolverMatch(lambda request: HttpResponse(), (), {}, "nameless")

    with pytest.raises(access.MissingPermission):
        access.DefaultDeny(lambda request: HttpResponse()).process_view(request, lambda: None, (), {})


def test_a_permission_there_is_not_cannot_be_asked_for() -> None:
    with pytest.raises(ValueError, match="no permission"):
        access.requires("world.rule")


def test_somebody_refused_is_told_which_roles_may(client: Client) -> None:
    add("alice", "registrar")
    sign_in(client, "alice")

    page = text(client.get("/accounts/users/"))
    assert "Administrator" in page
    assert "Auditor" in page


# Headers


def directives(client: Client, path: str) -> dict[str, str]:
    header = client.get(path).headers["Content-Security-Policy"]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in header.split(";"))}


def test_the_content_policy_allows_nothing_from_outside_and_nothing_inline(client: Client) -> None:
    policy = directives(client, "/accounts/login/")

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert not any("unsafe" in rest or "http" in rest or "*" in rest for rest in policy.values())


@pytest.mark.parametrize("path", ["/accounts/login/", "/nowhere", "/healthz", "/static/web/countermark.css"])
def test_every_answer_carries_the_hardening_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "same-origin"


def test_pages_are_not_kept_by_caches(client: Client) -> None:
    assert "no-store" in client.get("/accounts/login/").headers["Cache-Control"]


def test_cookies_are_not_for_scripts_or_other_sites(client: Client) -> None:
    add("alice")
    sign_in(client, "alice")

    assert client.cookies
    for cookie in client.cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


TEMPLATES = sorted(Path(home.__file__).parents[1].rglob("templates/**/*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_template_has_inline_style_script_handler_or_foreign_origin(template: Path) -> None:
    # Tags of the template language reach no page: `{% include ... with one=two %}` is no handler.
    source = re.sub(r"{%.*?%}", " ", template.read_text(encoding="utf-8"))

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|https?://", source)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", source))


# Health and errors


def test_a_healthy_node_says_ok_and_writes_nothing(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, json.loads(answer.content)) == (200, {"status": "ok"})
    assert not NodeSetting.objects.filter(name="healthz").exists()


def test_a_store_that_takes_no_write_is_unhealthy(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NodeSetting, "save", fail)

    assert client.get("/healthz").status_code == 503


def fail(*_args: object, **_kwargs: object) -> None:
    raise OperationalError("database or disk is full")


def test_a_lost_store_is_said_to_be_unavailable(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add("alice", "admin")
    sign_in(client, "alice")
    monkeypatch.setattr(home, "cards_for", fail)

    answer = client.get("/")
    assert answer.status_code == 503
    assert "Nothing was half saved" in text(answer)


def test_a_fault_of_ours_gets_a_page_without_details(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add("alice", "admin")
    sign_in(client, "alice")
    monkeypatch.setattr(home, "cards_for", crash)
    client.raise_request_exception = False

    answer = client.get("/")
    assert answer.status_code == 500
    assert "secret detail" not in text(answer)


def crash(*_args: object) -> None:
    raise RuntimeError("secret detail")


def test_a_form_from_elsewhere_is_refused_in_the_layout() -> None:
    answer = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})

    assert answer.status_code == 403
    assert "The form has expired" in text(answer)


def test_an_unknown_address_has_a_page(client: Client) -> None:
    answer = client.get("/nowhere")

    assert answer.status_code == 404
    assert "Not found" in text(answer)


# Home and navigation


@pytest.fixture
def _cards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "CARDS", [])
    monkeypatch.setattr(home, "LISTS", [])


@pytest.mark.usefixtures("_cards")
def test_home_shows_five_numbers_and_two_lists_at_most() -> None:
    alice = add("alice", "registrar")
    for n in range(9):
        home.card("weapon.view", lambda user, n=n: Card(f"card {n}", n))  # type: ignore[misc]
        home.listing("weapon.view", lambda user, n=n: Listing(f"list {n}", [], "empty"))  # type: ignore[misc]

    assert [card.value for card in home.cards_for(alice)] == [0, 1, 2, 3, 4]
    assert len(home.lists_for(alice)) == 2


@pytest.mark.usefixtures("_cards")
def test_a_number_is_not_even_counted_for_those_who_may_not_see_it() -> None:
    home.card("user.manage", fail)  # type: ignore[arg-type]

    assert home.cards_for(add("alice", "registrar")) == []


@pytest.mark.usefixtures("_cards")
def test_a_number_that_is_not_known_is_not_shown_as_zero(client: Client) -> None:
    home.card("weapon.view", lambda user: Card("Weapons", None))
    add("alice", "registrar")
    sign_in(client, "alice")

    assert 'title="not known">—<' in text(client.get("/"))


def test_home_says_what_to_do_without_a_role(client: Client) -> None:
    add("alice")
    sign_in(client, "alice")

    assert "Ask an administrator" in text(client.get("/"))


def test_navigation_leads_only_where_one_may_go(client: Client) -> None:
    add("alice", "registrar")
    sign_in(client, "alice")

    assert reverse("accounts:users") not in text(client.get("/"))


def test_every_page_says_which_state_node_and_log_it_speaks_of(client: Client, admin: User) -> None:
    page = text(client.get("/"))

    assert '<bdi dir="ltr">XA</bdi>' in page
    assert '<bdi dir="ltr">main</bdi>' in page
    assert "entries in the ledger" in page


# Finding


def test_the_first_finder_that_knows_the_text_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "FINDERS", [])
    alice = add("alice", "registrar")
    find.finder("weapon.view", lambda user, text: None)
    find.finder("user.manage", lambda user, text: "/forbidden/")
    find.finder("weapon.view", lambda user, text: f"/weapons/{text}/")

    assert find.find(alice, "AB12") == "/weapons/AB12/"


def test_a_text_nothing_knows_gets_an_answer(client: Client) -> None:
    add("alice", "assistance")
    sign_in(client, "alice")

    page = text(client.post("/find/", {"q": "<AB12>"}))
    assert "Nothing found" in page
    assert "&lt;AB12&gt;" in page


def test_a_name_typed_in_the_header_gets_into_no_address(client: Client) -> None:
    add("alice", "tracing")
    sign_in(client, "alice")

    response = client.post("/find/", {"q": "Nadila Mourato"})

    assert response.status_code == 200
    assert 'name="who" value="Nadila Mourato"' in text(response)


@pytest.fixture
def weapon() -> str:
    """A weapon on record that stands at no place. Returns its id."""
    marks = [{"component": "frame", "mark": "AB 1234"}]
    return register.add_weapon("R-77", {"kind": "revolver", "maker": "Rossi"}, marks, by=CHIEF).weapon_id


def test_a_number_in_the_header_leads_to_the_record_it_names(weapon: str) -> None:
    clerk = add("clerk", "marking")
    record = url("register:weapon", weapon)

    assert {find.find(clerk, text) for text in (weapon, f"urn:uuid:{weapon}", "R-77", "ab-1234")} == {record}


def test_what_is_read_off_a_weapon_leads_a_tracing_officer_to_the_trace() -> None:
    officer = add("officer", "tracing")

    assert find.find(officer, "AB?234") == url("tracing:trace", reading="AB?234")


def test_the_header_does_not_tell_of_weapons_elsewhere(weapon: str) -> None:
    services.add_place("North", by=CHIEF)
    keeper = add("keeper", "armourer", place="North")

    assert [find.find(keeper, text) for text in (weapon, "R-77", "AB 1234")] == [None, None, None]


def test_home_counts_the_weapons_one_may_see(weapon: str) -> None:
    services.add_place("North", by=CHIEF)
    registrar, keeper = add("registrar", "registrar"), add("keeper", "armourer", place="North")

    assert [home.cards_for(person)[0].value for person in (registrar, keeper)] == [1, 0]


def card_named(label: str, user: User) -> Card:
    return next(card for card in home.cards_for(user) if card.label == label)


def test_a_number_on_the_home_page_follows_the_log(weapon: str) -> None:
    registrar = add("registrar", "registrar")
    before = card_named("Stolen", registrar)
    register.add_event(weapon, {"event": "theft", "date": "1997-05"}, by=CHIEF)
    after = card_named("Stolen", registrar)

    assert (before.value, before.alarming) == (0, False)
    assert (after.value, after.alarming) == (1, True)


def test_home_lists_what_was_last_recorded_about_weapons_one_may_see(weapon: str) -> None:
    services.add_place("North", by=CHIEF)
    registrar, keeper = add("registrar", "registrar"), add("keeper", "armourer", place="North")

    assert [row.mark for row in home.lists_for(registrar)[0].rows] == ["AB 1234"]
    assert home.lists_for(keeper)[0].rows == []


def test_a_fresh_register_says_what_to_do_next() -> None:
    registrar = add("registrar", "registrar")

    first = home.lists_for(registrar)[0]
    assert first.rows == []
    assert [step.url for step in first.steps] == [url("register:import"), url("register:weapon_add")]


# Theme, language


def test_the_chosen_colours_are_remembered(client: Client) -> None:
    client.post("/theme/", {"theme": "contrast"})

    assert 'data-look="contrast"' in text(client.get("/accounts/login/"))


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_choosing_colours_never_leads_elsewhere(client: Client, next_page: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": next_page}).headers["Location"] == "/"


def test_the_mirrored_english_leaves_placeholders_tags_and_entities_alone() -> None:
    mirrored = pseudo.mirrored('Find %(name)s in <a href="x">10 {n}</a> &amp; %s')

    assert '<a href="x">' in mirrored
    assert all(part in mirrored for part in ("%(name)s", "{n}", "&amp;", "%s", "10"))
    assert "\u202eFind\u202c" in mirrored


def test_a_mark_is_isolated_left_to_right_and_escaped() -> None:
    shown = Template("{% mark text %}").render(Context({"text": "АБ<12"}))

    assert shown == '<bdi class="mark" dir="ltr">АБ&lt;12</bdi>'


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ({"text": "1994", "precision": "year"}, '1994</bdi> <small class="text-secondary">(year only)'),
        ({"text": "1994-03-02", "precision": "day"}, '<bdi dir="ltr">1994-03-02</bdi>'),
        (
            {"text": "2026-11-30T17:55:42.987Z", "precision": "instant"},
            '<time datetime="2026-11-30T17:55:42.987Z" dir="ltr">2026-11-30 17:55 UTC</time>',
        ),
        ({"text": "2026-11-30T08:15+02:00", "precision": "instant"}, ">2026-11-30 08:15 +02:00<"),
        ({"text": "2026-11-30T8h", "precision": "instant"}, ">2026-11-30T8h<"),
        ({"text": "", "precision": "unknown"}, "date unknown"),
        (None, "date unknown"),
    ],
)
def test_a_date_is_shown_as_written_with_its_precision(date: dict[str, str] | None, shown: str) -> None:
    assert shown in Template("{{ date|when }}").render(Context({"date": date}))


# Managing people


def test_an_administrator_adds_somebody_and_sees_the_password_once(client: Client, admin: User) -> None:
    services.add_place("North", by=CHIEF)
    place = queries.place_tree()[0][1]
    page = text(
        client.post(
            "/accounts/users/add/", {"username": "alice", "roles": ["armourer"], "place": place.pk, "full_name": ""}
        )
    )

    alice = User.objects.get(username="alice")
    password = re.search(r'secret-once">([^<]+)<', page)
    assert password
    assert alice.check_password(password[1])
    assert UserRole.objects.get(user=alice).place == place


def test_a_grave_act_asks_for_the_password_again_after_a_while(client: Client, admin: User) -> None:
    alice = add("alice", "registrar")
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        answer = client.post(f"/accounts/users/{alice.username}/disable/")

    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not User.objects.get(username="alice").disabled


def test_a_name_in_use_is_said_beside_the_form(client: Client, admin: User) -> None:
    assert "taken" in text(client.post("/accounts/users/add/", {"username": "root"}))


def test_roles_are_given_and_withdrawn(client: Client, admin: User) -> None:
    add("alice")
    client.post("/accounts/users/alice/roles/", {"role": "commander", "until": "2999-12-31"})
    held = UserRole.objects.get(user__username="alice")
    assert (held.role, str(held.until)) == ("commander", "2999-12-31")

    client.post(f"/accounts/roles/{held.pk}/withdraw/")
    assert UserRole.objects.get(pk=held.pk).withdrawn


def test_a_bad_date_is_said_beside_its_field(client: Client, admin: User) -> None:
    add("alice")
    answer = client.post("/accounts/users/alice/roles/", {"role": "commander", "until": "31.31.2026"})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in text(answer)


def test_an_administrator_cannot_lock_everybody_out(client: Client, admin: User) -> None:
    page = text(client.post("/accounts/users/root/disable/", follow=True))

    assert "last administrator" in page


def test_somebody_elses_token_is_not_there(client: Client, admin: User) -> None:
    bob = add("bob", "registrar")
    services.issue_token(bob, "his", ["read"], timezone.now() + timedelta(days=1), by=CHIEF)
    token = ApiToken.objects.get()

    assert "his" not in text(client.get("/accounts/tokens/")).split("Your tokens")[1].split("New token")[0]
    assert client.post(f"/accounts/tokens/{token.pk}/withdraw/").status_code == 404


def test_a_token_is_shown_once(client: Client, admin: User) -> None:
    page = text(client.post("/accounts/tokens/", {"name": "customs", "scopes": ["read"], "days": "30"}))
    shown = re.search(r"cmk_[\w-]{43}", page)
    assert shown

    assert shown[0] not in text(client.get("/accounts/tokens/"))
    assert services.use_token(shown[0]) == ApiToken.objects.get()


@pytest.mark.parametrize("path", ["/accounts/users/add/", "/accounts/places/", "/accounts/tokens/"])
@pytest.mark.parametrize("value", ["", "\0", "\ud800", "x" * 5000, "<script>", "‮", "'; DROP TABLE"])  # noqa: PLE2502
def test_any_text_in_a_form_gets_an_answer(client: Client, admin: User, path: str, value: str) -> None:
    names = ("username", "full_name", "roles", "place", "name", "parent", "organisation", "scopes", "days")

    assert client.post(path, dict.fromkeys(names, value.encode("utf-8", "replace"))).status_code < 500


def test_the_words_for_everybody_and_for_signed_in_people_are_no_permissions() -> None:
    assert not {PUBLIC, SIGNED_IN} & set(rules.PERMISSIONS)


def test_a_page_costs_few_queries(client: Client, admin: User, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(16):  # type: ignore[operator]
        client.get("/accounts/users/")


def test_a_security_line_names_people_by_opaque_id(caplog: pytest.LogCaptureFixture, rf: RequestFactory) -> None:
    from countermark.accounts import security_log

    alice = add("alice")
    request: HttpRequest = rf.get("/accounts/users/")
    request.user = alice
    with caplog.at_level("INFO", "countermark.security"):
        security_log.logger.propagate = True
        security_log.note("refused", request)

    line = json.loads(caplog.messages[-1])
    assert (line["what"], line["person"], line["node"]) == ("refused", alice.person, "XA/main")
    assert line["time"].endswith("Z")
    assert "alice" not in caplog.messages[-1]
