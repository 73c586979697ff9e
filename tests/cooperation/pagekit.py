"""People with seats in a small region, their browsers, and what they see and send."""

from typing import Any

from django.test import Client

from countermark.accounts.models import User
from countermark.cooperation import actors
from tests.cooperation.region import COORDINATOR
from tests.register import people


def seated(name: str, actor: str, role: str = "partner") -> Client:
    """A browser in which somebody who speaks for an actor is signed in."""
    client = people.signed_in(name, role)
    actors.seat(User.objects.get(username=name), actor, by=COORDINATOR)
    return client


def text(client: Client, path: str, status: int = 200) -> str:
    """What a page of the room says."""
    answer = client.get(f"/cooperation/{path}")
    assert answer.status_code == status, answer.content.decode()[-2000:]
    return answer.content.decode()


def sent(client: Client, path: str, status: int = 302, **fields: Any) -> str:
    """Sends a form; returns the address it leads to, or the page that says what is wrong."""
    answer = client.post(f"/cooperation/{path}", fields)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer.headers["Location"] if status == 302 else answer.content.decode()


def taken(client: Client, path: str, format_: str = "csv") -> str:
    """A list as a file."""
    answer = client.post(f"/cooperation/{path}", {"format": format_, "purpose": "for the meeting"})
    assert answer.status_code == 200
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return str(data.decode("utf-8-sig"))
