"""Presence by Bluetooth: off until the State switches it on, knowing what it risks (A/70/115, para. 39)."""

from countermark.ledger import services
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence
from countermark.register.checking import refuse

SETTING = "bluetooth_presence"

RISK = Sentence(
    "A Bluetooth beacon can be heard by anybody within some hundred metres, and tells them that weapons are there. It stays off whatever"
    " leaves the store: an issued weapon carries no active tag, and the place of a weapon in operations is never followed. For"
    " civilian holders it is voluntary. A beacon can be copied like any tag; presence is a hint, never a count."
)
"""What whoever switches it on has read."""


def is_allowed() -> bool:
    """Whether this node listens to Bluetooth gateways."""
    return services.setting(SETTING) == "on"


def require_allowed() -> None:
    """Raises `Refused` where presence is off."""
    if not is_allowed():
        raise refuse(
            "presence", "off", "presence by Bluetooth switched on first: 'countermark readers presence on'", "off"
        )


def switch(*, on: bool, by: Actor) -> None:
    """Switches presence on or off; an act of the node's settings."""
    if is_allowed() != on:
        services.set_setting(SETTING, "on" if on else "off", by=by)
