"""Two nodes of one State in one test: each has its own store, key, and directory, and nothing but files goes between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings as live
from django.db import connections

from countermark.environment import data_directory, database_settings
from countermark.ledger import bundle, exchange, guard, identity, sealing, services, store
from tests.register.people import CHIEF

if TYPE_CHECKING:
    from pytest_django import Settings


@dataclass
class Node:
    """A node that is not looked at until `at` is entered."""

    name: str
    url: str
    directory: Path
    settings: "Settings"

    @contextmanager
    def at(self) -> Iterator[None]:
        """Inside, this process is that node."""
        connection = connections["default"]
        # Straight, not through pytest's fixture: that lays one override upon the other each time, and a long life ends in none.
        usual, environment = connection.settings_dict["NAME"], live.ENVIRONMENT
        directory = live.DATA_DIRECTORY
        connection.close()
        connection.settings_dict["NAME"] = database_settings(self.url)["NAME"]
        live.ENVIRONMENT = replace(environment, node=self.name, key_path=self.directory / "node.key")
        live.DATA_DIRECTORY = data_directory(live.ENVIRONMENT)
        _forget()
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = usual
            live.ENVIRONMENT, live.DATA_DIRECTORY = environment, directory
            _forget()


def _forget() -> None:
    identity.forget_secret()
    guard._checked.clear()


def introduce(one: Node, other: Node) -> None:
    """Each node trusts the other's key, and may seal side data to it."""
    for here, there in ((one, other), (other, one)):
        with there.at():
            log = services.require_own_log()
            known = (log.origin, log.verifier_key, sealing.own_public_key())
        with here.at():
            exchange.trust(*known, by=CHIEF)


def carry(sender: Node, receiver: Node, path: Path) -> exchange.Taken:
    """Carries the sender's log to the receiver in a file."""
    with receiver.at():
        origin = services.require_own_log().origin
    with sender.at():
        log = store.own_log()
        assert log is not None
        path.unlink(missing_ok=True)
        bundle.write(path, log, recipient=origin)
    with receiver.at():
        return exchange.take_in(path, by=CHIEF)
