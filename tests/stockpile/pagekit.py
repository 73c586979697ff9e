"""What the pages of the stockpile say and are sent."""

from typing import Any

from django.test import Client

RULES: dict[str, Any] = {
    "two_person": ["issue"],
    "shift": ["medical"],
    "shift_hours": 8,
    "reason": "order",
    "words": "order 4",
}
"""Rules of a store as its form sends them."""


def sent(client: Client, path: str, status: int = 302, **fields: Any) -> str:
    """Sends a form; returns the address it leads to, or the page that says what is wrong."""
    answer = client.post(f"/stockpile/{path}", fields)
    assert answer.status_code == status, answer.content.decode()[-3000:]
    return answer.headers["Location"] if status == 302 else answer.content.decode()


def text(client: Client, path: str) -> str:
    """What a page of the room says."""
    answer = client.get(path if path.startswith("/") else f"/stockpile/{path}")
    assert answer.status_code == 200
    return answer.content.decode()
