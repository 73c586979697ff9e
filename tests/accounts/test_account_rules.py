"""Roles as data: what a grant carries, where and how long."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countermark.accounts import rules
from countermark.accounts.rules import Grant

TODAY = date(2026, 3, 1)
TREE = {"north": ["depot", "camp"], "depot": ["hall"], "south": ["fort"]}
roles = st.sampled_from(sorted(rules.ROLES))
grants = st.builds(Grant, roles, st.none() | st.sampled_from(["north", "south", "depot", "fort"]))


def test_every_role_carries_only_permissions_there_are() -> None:
    carried = {p for role in rules.ROLES.values() for p in role.permissions}

    assert carried <= set(rules.PERMISSIONS)


def test_every_permission_is_carried_by_some_role() -> None:
    assert all(rules.roles_with(permission) for permission in rules.PERMISSIONS)


def test_an_auditor_may_change_nothing() -> None:
    changes = {"weapon.add", "weapon.correct", "event.add", "load", "trace.decide", "discrepancy.decide", "user.manage"}

    assert not rules.ROLES["auditor"].permissions & changes


def test_every_permission_of_a_token_scope_is_one_there_is() -> None:
    assert set().union(*rules.SCOPE_PERMISSIONS.values()) <= set(rules.PERMISSIONS)
    assert set(rules.SCOPE_PERMISSIONS) == set(rules.SCOPES)


def test_a_grant_holds_through_its_last_day() -> None:
    grant = Grant("armourer", until=TODAY)

    assert rules.in_force([grant], TODAY) == (grant,)
    assert rules.in_force([grant], TODAY + timedelta(1)) == ()


def test_a_role_that_no_longer_exists_carries_nothing() -> None:
    assert rules.in_force([Grant("emperor")], TODAY) == ()


@pytest.mark.parametrize("permission", sorted(rules.NATIONAL_ONLY))
def test_what_concerns_the_whole_state_is_not_carried_by_a_role_at_one_place(permission: str) -> None:
    for role, meaning in rules.ROLES.items():
        assert not rules.carries(Grant(role, place="depot"), permission)
        assert rules.carries(Grant(role), permission) == (permission in meaning.permissions)


def test_a_role_at_a_place_reaches_everything_below_it() -> None:
    assert rules.scope([Grant("armourer", "north")], "weapon.view", TREE) == frozenset(
        {"north", "depot", "camp", "hall"}
    )


def test_a_national_role_reaches_everywhere() -> None:
    assert rules.scope([Grant("armourer", "south"), Grant("registrar")], "weapon.view", TREE) is None


def test_a_role_without_the_permission_reaches_nowhere() -> None:
    assert rules.scope([Grant("assistance")], "weapon.view", TREE) == frozenset()


def test_a_loop_among_places_is_walked_once() -> None:
    assert rules.below(["a"], {"a": ["b"], "b": ["a"]}) == {"a", "b"}


@given(st.lists(grants), grants, st.sampled_from(sorted(rules.PERMISSIONS)))
def test_one_more_grant_never_takes_anything_away(held: list[Grant], more: Grant, permission: str) -> None:
    before = rules.scope(held, permission, TREE)
    after = rules.scope([*held, more], permission, TREE)

    assert after is None or (before is not None and before <= after)


@given(st.lists(grants), st.sampled_from(sorted(rules.PERMISSIONS)))
def test_somewhere_is_reached_exactly_when_the_permission_is_held(held: list[Grant], permission: str) -> None:
    scope = rules.scope(held, permission, TREE)

    assert rules.permits(held, permission) == (scope is None or bool(scope))


@given(st.lists(grants, min_size=1))
def test_the_strictest_role_decides_how_long_a_session_may_rest(held: list[Grant]) -> None:
    assert rules.idle_minutes(held) == min(rules.ROLES[g.role].idle_minutes for g in held)
