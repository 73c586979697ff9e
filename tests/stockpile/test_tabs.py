"""The pages of the room in groups: everybody is shown what they may open, and nothing else."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from countermark.accounts.models import User
from countermark.accounts.rules import ROLES
from countermark.stockpile import tabs
from tests.register import people
from tests.web.other_rooms import PAGES

pytestmark = pytest.mark.django_db
ALL = [tab for group in tabs.GROUPS for tab in group.tabs]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_is_shown_the_tabs_of_the_pages_it_may_open(role: str) -> None:
    user = people.person("alice", role)
    shown = {str(link.label) for group in tabs.groups(user, "home") for link in group.links}
    assert shown == {tab.label for tab in ALL if role in PAGES[tab.url_name].roles}


def test_every_tab_leads_to_a_page_that_says_it_is_open(client: Client) -> None:
    people.places()
    users = {role: people.person(role, role) for role in ("armourer", "commander")}
    for tab in ALL:
        role = next(role for role in users if role in PAGES[tab.url_name].roles)
        shown = _tabs(client, users[role], tab)
        assert re.findall(r'aria-current="page">([^<]+)', shown) == [tab.label]
        assert re.findall(r'aria-current="true">([^<]+)', shown) == [
            group.label for group in tabs.GROUPS if tab in group.tabs
        ]


def _tabs(client: Client, user: User, tab: tabs.Tab) -> str:
    client.force_login(user)
    answer = client.get(reverse(tab.url_name, args=tab.args))
    assert answer.status_code == 200
    found = re.search(r'<nav class="tabs stock-tabs".*?</nav>', answer.content.decode(), re.DOTALL)
    assert found
    return found[0]
