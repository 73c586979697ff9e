"""One demonstration store for each module of browser tests: it is filled once in a session and copied."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from countermark.demo import world
from tests.browser.visitor import Visitor
from tests.support import stores

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django import DjangoDbBlocker
    from pytest_django.live_server_helper import LiveServer

WEAPONS = 1000


@dataclass(frozen=True)
class Demonstration:
    """A filled store to copy, the directory of its node, and sample readings by what went wrong with them."""

    template: str
    node: Path
    samples: dict[str, world.Sample]


@pytest.fixture(scope="session")
def demonstration(
    django_db_setup: None, django_db_blocker: "DjangoDbBlocker", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demonstration]:
    """A demonstration State, filled once."""
    from django.db import connections

    from countermark.demo import stores as demo

    directory = tmp_path_factory.mktemp("demonstration")
    node = directory / "node"
    node.mkdir()
    connections.close_all()
    empty = str(connections["default"].settings_dict["NAME"])
    with stores.migrated(os.environ["COUNTERMARK_DATABASE_URL"], directory, empty) as url:
        with _Node(url, node), django_db_blocker.unblock():
            demo.fill("XA", lambda _line: None, weapons=WEAPONS)
        yield Demonstration(_name(url), node, _samples())


@pytest.fixture(scope="module")
def node(demonstration: Demonstration, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of the node that the tests of a module share."""
    return Path(shutil.copytree(demonstration.node, tmp_path_factory.mktemp("browser") / "node"))


@pytest.fixture(scope="module")
def store(demonstration: Demonstration, node: Path, django_db_blocker: "DjangoDbBlocker") -> Iterator[str]:
    """A copy of the demonstration store that the tests of a module share."""
    address = os.environ["COUNTERMARK_DATABASE_URL"]
    copy = stores.migrated(address, node.parent, demonstration.template)
    with copy as url, _Node(url, node), django_db_blocker.unblock():
        yield url


@pytest.fixture
def site(store: str, live_server: "LiveServer") -> str:
    """The address of the served store."""
    from django.core.cache import cache

    cache.clear()  # what counts attempts at signing in
    return str(live_server.url)


@pytest.fixture
def visitor(browser: "Browser", site: str) -> Iterator[Visitor]:
    """Somebody with a browser of 1280 pixels, not signed in."""
    with Visitor.with_browser(browser, site) as somebody:
        yield somebody


class _Node:
    """Makes a store and a node's directory those of this process, and offers the mirrored English."""

    def __init__(self, url: str, node: Path) -> None:
        self.name, self.node = _name(url), node

    def __enter__(self) -> None:
        from django.conf import locale, settings
        from django.db import connections
        from django.test import override_settings

        from countermark.environment import data_directory
        from countermark.web import pseudo

        environment = replace(settings.ENVIRONMENT, key_path=self.node / "node.key")
        locale.LANG_INFO[pseudo.CODE] = {
            "bidi": True,
            "code": pseudo.CODE,
            "name": "Mirrored",
            "name_local": "Mirrored",
        }
        self.settings = override_settings(
            ENVIRONMENT=environment,
            DATA_DIRECTORY=data_directory(environment),
            LANGUAGES=[("en", "English"), (pseudo.CODE, "Mirrored")],
        )
        self.settings.enable()
        pseudo.install()
        connection = connections["default"]
        connection.close()
        self.usual = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = self.name
        _forget()

    def __exit__(self, *problem: object) -> None:
        from django.conf import locale
        from django.db import connections

        from countermark.web import pseudo

        connections.close_all()
        connections["default"].settings_dict["NAME"] = self.usual
        self.settings.disable()
        del locale.LANG_INFO[pseudo.CODE]
        _forget()


def _forget() -> None:
    """Drops what the process remembers of a store under the same name."""
    from countermark.ledger import guard, identity

    identity.forget_secret()
    guard._checked.clear()


def _name(url: str) -> str:
    from countermark.environment import database_settings

    return str(database_settings(url)["NAME"])


def _samples() -> dict[str, world.Sample]:
    told = world.samples(list(world.generate("XA", 1, WEAPONS)))
    return {sample.query_id.partition("-")[2]: sample for sample in told}
