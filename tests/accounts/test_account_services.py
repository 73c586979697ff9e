"""People, roles, places and tokens: each change is answered by an act, and every row is covered by its digest."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from countermark.accounts import queries, rules, services
from countermark.accounts.models import ApiToken, Organisation, Place, User, UserRole
from countermark.accounts.services import AccountError
from countermark.ledger import kept, store
from countermark.ledger.models import KeptIndex, SideText
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify

pytestmark = pytest.mark.django_db

CHIEF = Actor("chief")


def acts() -> list[str]:
    """The acts in the node's log, oldest first."""
    return [entry.body["act"] for entry in store.all_entries() if entry.kind == "act"]


def stated(table: str) -> dict[str, str]:
    """What the entries say the rows of a kept table are."""
    return dict(KeptIndex.objects.filter(table=table).values_list("key", "digest"))


def add(name: str, role: str = "registrar", place: str | None = None) -> User:
    services.add_user(name, [role], place, "a-long-password", by=CHIEF)
    return User.objects.get(username=name)


def test_adding_a_user_appends_the_person_and_each_role() -> None:
    services.add_user("alice", ["registrar", "tracing"], by=CHIEF)

    assert acts()[-3:] == ["user_added", "role_granted", "role_granted"]


def test_a_name_never_stands_in_an_act() -> None:
    services.add_user("alice-the-great", ["registrar"], full_name="Alice Liddell", by=CHIEF)

    bodies = "".join(str(entry.body) for entry in store.all_entries())
    assert "alice" not in bodies.lower()
    assert "liddell" not in bodies.lower()


def test_a_person_is_named_in_the_ledger_by_an_id_whose_text_can_be_erased() -> None:
    alice = add("alice")

    assert SideText.objects.get(ref=alice.person[-64:]).text == "alice"


def test_a_password_that_was_not_chosen_must_be_changed_at_first_use() -> None:
    password = services.add_user("alice", by=CHIEF)

    alice = User.objects.get(username="alice")
    assert alice.must_change_password
    assert alice.check_password(password)


def test_names_differ_by_more_than_case_and_width() -> None:
    add("alice")

    with pytest.raises(AccountError, match="taken"):
        services.add_user("ＡLICE", by=CHIEF)


@pytest.mark.parametrize("name", ["", "a", "two words", "x" * 65, "ta\tb", "nul\0l", "semi;colon"])
def test_an_unusable_name_is_refused_and_nothing_is_stored(name: str) -> None:
    with pytest.raises(AccountError):
        services.add_user(name, by=CHIEF)

    assert not User.objects.exists()


def test_an_unknown_role_is_refused_with_the_roles_there_are() -> None:
    with pytest.raises(AccountError, match="armourer"):
        services.add_user("alice", ["emperor"], by=CHIEF)


def test_an_unknown_place_is_refused() -> None:
    with pytest.raises(AccountError, match="Atlantis"):
        services.add_user("alice", ["armourer"], "Atlantis", by=CHIEF)


def test_a_disabled_user_cannot_sign_in_and_an_enabled_one_can_again() -> None:
    add("alice")
    services.disable_user("alice", by=CHIEF)
    assert authenticate(username="alice", password="a-long-password") is None

    services.enable_user("alice", by=CHIEF)
    assert authenticate(username="alice", password="a-long-password") is not None
    assert acts()[-2:] == ["user_disabled", "user_enabled"]


def test_a_disabled_user_may_do_nothing() -> None:
    add("alice")
    services.disable_user("alice", by=CHIEF)

    assert not queries.may(User.objects.get(username="alice"), "weapon.view")


def test_the_last_administrator_cannot_be_disabled() -> None:
    add("root", "admin")

    with pytest.raises(AccountError, match="last administrator"):
        services.disable_user("root", by=CHIEF)


def test_the_last_administrator_keeps_the_role() -> None:
    root = add("root", "admin")

    with pytest.raises(AccountError, match="last administrator"):
        services.withdraw_role(UserRole.objects.get(user=root), by=CHIEF)


def test_an_administrator_can_leave_when_another_stays() -> None:
    add("root", "admin")
    add("second", "admin")

    services.disable_user("root", by=CHIEF)

    assert User.objects.get(username="root").disabled


def test_a_reset_gives_a_new_password_and_ends_the_old_one() -> None:
    add("alice")

    password = services.reset_user("alice", by=CHIEF)

    assert authenticate(username="alice", password="a-long-password") is None
    assert authenticate(username="alice", password=password) is not None
    assert acts()[-1] == "user_reset"


def test_a_role_given_twice_is_held_once() -> None:
    alice = add("alice", "armourer")
    services.grant_role(alice, "armourer", by=CHIEF)

    assert UserRole.objects.filter(user=alice, role="armourer").count() == 1


def test_a_withdrawn_role_stays_in_the_record() -> None:
    alice = add("alice", "armourer")
    services.withdraw_role(UserRole.objects.get(user=alice), by=CHIEF)

    assert not queries.may(User.objects.get(pk=alice.pk), "weapon.view")
    assert UserRole.objects.get(user=alice).withdrawn


def test_a_delegation_must_not_end_before_it_begins() -> None:
    yesterday = timezone.localdate() - timedelta(1)
    with pytest.raises(AccountError, match="past"):
        services.grant_role(add("alice"), "armourer", until=yesterday, by=CHIEF)


def test_the_same_place_is_added_once_whatever_its_spacing() -> None:
    first = services.add_place("North  Depot", by=CHIEF)
    second = services.add_place("north depot", by=CHIEF)

    assert first == second
    assert acts().count("place_added") == 1


# Alice and Bob hold the same role at different places; Charlie holds none.


@pytest.fixture
def places() -> dict[str, Place]:
    north = services.add_place("North", by=CHIEF)
    depot = services.add_place("North depot", north, by=CHIEF)
    south = services.add_place("South", by=CHIEF)
    return {"north": north, "depot": depot, "south": south}


def test_alice_sees_her_place_and_below_and_not_bobs(places: dict[str, Place]) -> None:
    alice, bob = add("alice", "armourer", "North"), add("bob", "armourer", "South")

    assert queries.visible_place_ids(alice) == frozenset({places["north"].id, places["depot"].id})
    assert queries.visible_place_ids(bob) == frozenset({places["south"].id})


def test_charlie_sees_no_place(places: dict[str, Place]) -> None:
    charlie = add("charlie", "assistance")

    assert queries.visible_place_ids(charlie) == frozenset()
    assert not queries.may_at(charlie, "weapon.view", places["north"].id)


def test_a_national_role_sees_every_place_and_what_stands_at_none(places: dict[str, Place]) -> None:
    dora = add("dora", "registrar")

    assert queries.visible_place_ids(dora) is None
    assert queries.may_at(dora, "weapon.view", None)


def test_what_stands_at_no_place_is_not_shown_to_a_place(places: dict[str, Place]) -> None:
    assert not queries.may_at(add("alice", "armourer", "North"), "weapon.view", None)


def test_places_are_listed_below_their_parents(places: dict[str, Place]) -> None:
    assert [(depth, place.name) for depth, place in queries.place_tree()] == [
        (0, "North"),
        (1, "North depot"),
        (0, "South"),
    ]
    assert queries.place_path(places["depot"]) == "North / North depot"


def issue(user: User, *scopes: str, days: int = 30) -> str:
    return services.issue_token(user, "customs", scopes, timezone.now() + timedelta(days=days), by=CHIEF)


def test_a_token_is_stored_as_a_hash_only() -> None:
    text = issue(add("alice"), "read")

    token = ApiToken.objects.get()
    assert text not in (token.hash, token.name)
    assert services.use_token(text) == token


def test_a_token_allows_what_both_its_scope_and_its_owner_allow() -> None:
    clerk = ApiToken.objects.get(hash=services._hash(issue(add("alice", "armourer"), "write", "load")))

    assert services.token_may(clerk, "event.add")
    assert not services.token_may(clerk, "weapon.view")
    assert not services.token_may(clerk, "load")


def test_a_token_stops_when_withdrawn() -> None:
    text = issue(add("alice"), "read")
    services.withdraw_token(ApiToken.objects.get(), by=CHIEF)

    assert services.use_token(text) is None
    assert acts()[-2:] == ["token_issued", "token_withdrawn"]


def test_a_token_stops_when_it_expires() -> None:
    text = issue(add("alice"), "read")
    ApiToken.objects.update(expires=timezone.now() - timedelta(seconds=1))

    assert services.use_token(text) is None


def test_a_token_stops_with_its_owner() -> None:
    text = issue(add("alice"), "read")
    services.disable_user("alice", by=CHIEF)

    assert services.use_token(text) is None


@pytest.mark.parametrize("text", ["", "cmk_nothing", "\ud800", "a" * 10_000])
def test_any_other_text_is_no_token(text: str) -> None:
    assert services.use_token(text) is None


def test_using_a_token_leaves_its_digest_alone() -> None:
    services.use_token(issue(add("alice"), "read"))

    assert ApiToken.objects.get().last_used is not None
    assert dict(queries.KEPT_TABLES["token"]()) == stated("token")


@pytest.mark.parametrize(("scopes", "days"), [((), 30), (("everything",), 30), (("read",), 400), (("read",), -1)])
def test_a_token_needs_a_scope_there_is_and_an_end_within_a_year(scopes: tuple[str, ...], days: int) -> None:
    with pytest.raises(AccountError):
        issue(add("alice"), *scopes, days=days)


def everything() -> None:
    """One row or more in every kept table of this room, some of them changed later."""
    owner = services.add_organisation("Ministry", by=CHIEF)
    services.add_place("North", None, owner, by=CHIEF)
    alice = add("alice", "armourer", "North")
    services.grant_role(alice, "counter", until=timezone.localdate(), by=CHIEF)
    services.rename_user(alice, "Alice L.", by=CHIEF)
    issue(alice, "read")
    services.withdraw_role(UserRole.objects.filter(user=alice)[0], by=CHIEF)


@pytest.mark.parametrize("table", sorted(queries.KEPT_TABLES))
def test_every_row_is_what_its_last_act_states(table: str) -> None:
    everything()

    rows = dict(kept.TABLES[table].rows())
    assert rows
    assert rows == stated(table)


TAMPERINGS: dict[str, Callable[[], object]] = {
    "user": lambda: User.objects.update(disabled=True),
    "role": lambda: UserRole.objects.update(role="admin"),
    "organisation": lambda: Organisation.objects.update(name="Mafia"),
    "place": lambda: Place.objects.update(organisation=None),
    "token": lambda: ApiToken.objects.update(expires=timezone.now() + timedelta(days=9999)),
}


def test_verify_agrees_with_what_was_done_through_the_services() -> None:
    everything()

    assert verify().ok


@pytest.mark.parametrize("table", sorted(TAMPERINGS))
def test_verify_names_a_row_changed_behind_the_ledgers_back(table: str) -> None:
    everything()
    TAMPERINGS[table]()

    found = verify()
    assert not found.ok
    assert table in str(found.first_difference)


def test_a_users_digest_covers_the_key_by_which_roles_are_held() -> None:
    """Whoever could swap the keys of two rows unseen would swap what these people may do."""
    user = add("alice")
    before = queries.user_digest(user)
    user.pk = uuid4()

    assert queries.user_digest(user) != before


def test_demonstration_users_are_those_of_the_contract_and_one_for_each_later_role() -> None:
    services.add_demo_users()

    names = (
        "registrar tracing armourer armourer2 commander counter contact contact2 marking licensing reports assistance"
        " auditor admin authority partner fund"
    )
    assert {user.username for user in queries.demonstration_users()} == set(names.split())
    assert authenticate(username="auditor", password="countermark-demo") is not None


def test_demonstration_users_cover_every_role_and_two_places_for_armourers() -> None:
    services.add_demo_users()

    held = UserRole.objects.all()
    assert {row.role for row in held} == set(rules.ROLES)
    assert len({row.place_id for row in held if row.role == "armourer"}) == 2


def test_a_store_with_users_of_its_own_gets_no_demonstration_users() -> None:
    add("alice")

    with pytest.raises(AccountError):
        services.add_demo_users()
    assert not queries.is_demonstration()
    assert not queries.demonstration_users()


def test_making_a_store_a_demonstration_twice_changes_nothing() -> None:
    services.add_demo_users()
    before = len(acts())
    services.add_demo_users()

    assert len(acts()) == before
