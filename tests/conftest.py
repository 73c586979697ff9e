"""What every test may ask for.

`db` is a store that is rolled back after the test; `store` (or `transactional_db`, or what `live_server` asks for) is a
fresh store of this process in which commits are real; `store_url` is a fresh migrated store for another process,
`empty_store_url` one that was never migrated; `run_cli` runs the installed program on `store_url`. All are on the database
that `--database sqlite|postgres` names. `browser` and `page` are a headless Chromium. `scale` is COUNTERMARK_TEST_SCALE.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.support import browser as browsers
from tests.support import cli, network, postgres, stores

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django import DjangoDbBlocker, Settings

POSTGRES_PORT = "COUNTERMARK_TEST_POSTGRES_PORT"
STORAGE = {
    "db",
    "transactional_db",
    "store",
    "store_url",
    "empty_store_url",
    "run_cli",
    "live_server",
    "client",
    "admin_client",
}
BROWSER = {"browser", "page"}
OURS = ("COUNTERMARK_TEST_", "COUNTERMARK_CONFORMANCE_")
SCALE = int(os.environ.get("COUNTERMARK_TEST_SCALE", "1"))
MOST_EXAMPLES = 1000
GARBAGE = (50_000, 20, 50)
"""How many things are made, and how many younger collections happen, before garbage is looked for: Python's own numbers are for a small program."""

_endings: list[Callable[[], None]] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgres"], default="sqlite", help="what stores are made on")


def pytest_configure(config: pytest.Config) -> None:
    """Prepares the environment before Django reads it: a store, a key and a home that are the session's own."""
    gc.set_threshold(*GARBAGE)
    session = Path(tempfile.mkdtemp(prefix="countermark-tests-"))
    _endings.append(lambda: shutil.rmtree(session, ignore_errors=True))
    _endings.append(network.close())
    for name in [name for name in os.environ if name.startswith("COUNTERMARK_") and not name.startswith(OURS)]:
        del os.environ[name]
    os.environ.update(
        COUNTERMARK_DATABASE_URL=_database_url(config, session),
        COUNTERMARK_KEY=str(session / "node.key"),
        COUNTERMARK_STATE="XA",
        COUNTERMARK_NODE="main",
        XDG_DATA_HOME=str(session),
        DJANGO_SETTINGS_MODULE="countermark.settings",
    )
    _set_up_django(session)
    _set_up_hypothesis()


def _database_url(config: pytest.Config, session: Path) -> str:
    if config.getoption("--database") == "sqlite":
        return stores.sqlite_url(session / "unused.db")
    if POSTGRES_PORT not in os.environ:
        server = postgres.start()
        os.environ[POSTGRES_PORT] = str(server.port)  # the workers of a parallel run share it
        _endings.append(lambda: os.environ.__delitem__(POSTGRES_PORT))
        _endings.append(server.stop)
    return postgres.url(int(os.environ[POSTGRES_PORT]), "postgres")


def _set_up_django(session: Path) -> None:
    import django
    from django.conf import settings

    # Passwords of tests guard nothing; the real hasher takes its time on purpose.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    default = settings.DATABASES["default"]
    on_sqlite = default["ENGINE"].endswith("sqlite3")
    default.setdefault("TEST", {})["NAME"] = str(session / "test.db") if on_sqlite else f"test_{os.getpid()}"
    django.setup()


def _set_up_hypothesis() -> None:
    """The gate repeats itself exactly; a soak explores."""
    hypothesis_settings.register_profile(
        "countermark",
        deadline=None,
        derandomize=SCALE == 1,
        max_examples=min(50 * SCALE, MOST_EXAMPLES),
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    hypothesis_settings.load_profile("countermark")


def pytest_unconfigure() -> None:
    while _endings:
        _endings.pop()()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks a test by what it asks for."""
    asked = set(getattr(item, "fixturenames", ()))
    if asked & STORAGE or item.get_closest_marker("django_db"):
        item.add_marker(pytest.mark.storage)
    if asked & BROWSER:
        item.add_marker(pytest.mark.browser)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: their loop would stand in the way of the others."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: nobody need look again and again whether it is garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def scale() -> int:
    """By how much the numbers of a test grow: 1 for `make test`, 25 for `make soak`."""
    return SCALE


@pytest.fixture(autouse=True)
def _own_node(request: pytest.FixtureRequest) -> None:
    """Each test with a store is a node of its own: its key, last checkpoint, data directory and secret."""
    if request.node.get_closest_marker("storage"):
        request.getfixturevalue("node")


@pytest.fixture
def node(settings: "Settings", tmp_path: Path) -> Iterator[Path]:
    """The directory of this test's node; its key is made there when first needed."""
    from django.core.cache import cache

    from countermark.environment import data_directory
    from countermark.ledger import guard, identity

    environment = replace(settings.ENVIRONMENT, key_path=tmp_path / "node.key")
    settings.ENVIRONMENT = environment
    settings.DATA_DIRECTORY = data_directory(environment)
    identity.forget_secret()
    guard._checked.clear()
    cache.clear()  # what counts attempts at signing in
    yield tmp_path
    identity.forget_secret()


@pytest.fixture
def store(template: str, node: Path, django_db_blocker: "DjangoDbBlocker") -> Iterator[str]:
    """A fresh migrated store of this process in which commits are real. Returns its URL."""
    from django.db import connections

    with stores.migrated(os.environ["COUNTERMARK_DATABASE_URL"], node, template) as url, django_db_blocker.unblock():
        connection = connections["default"]
        connection.close()
        usual = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = _name(url)
        try:
            yield url
        finally:
            connections.close_all()
            connection.settings_dict["NAME"] = usual


@pytest.fixture
def transactional_db(store: str) -> None:
    """A store with real commits is a fresh one: what is append-only cannot be emptied afterwards."""


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: "DjangoDbBlocker") -> Iterator[None]:
    """Migrates the session's store once; the plugin would leave it out when no test asks for `db`."""
    from django.test.utils import setup_databases, teardown_databases

    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": None}, serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def template(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> str:
    """The migrated store that fresh ones are copied from; nobody is connected to it."""
    from django.db import connections

    with django_db_blocker.unblock():
        connections.close_all()
    return str(connections["default"].settings_dict["NAME"])


@pytest.fixture
def store_url(template: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated store for another process."""
    with stores.migrated(os.environ["COUNTERMARK_DATABASE_URL"], tmp_path, template) as url:
        yield url


@pytest.fixture
def empty_store_url(tmp_path: Path) -> Iterator[str]:
    """The URL of a store that was never migrated, for another process."""
    with stores.empty(os.environ["COUNTERMARK_DATABASE_URL"], tmp_path) as url:
        yield url


@pytest.fixture
def cli_environment(store_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment in which `run_cli` runs: this test's store, key and home."""
    return cli.environment(store_url, tmp_path)


@pytest.fixture
def run_cli(cli_environment: dict[str, str]) -> Iterator[cli.Cli]:
    """Runs the installed program: `run_cli("trace", "--reading", "AB12", "--json").json()`."""
    program = cli.Cli(cli_environment)
    yield program
    program.stop_all()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A headless Chromium."""
    with browsers.chromium() as launched:
        yield launched


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """A page of a fresh browser profile that fails the test when a script on it fails."""
    context = browser.new_context(locale="en-GB", timezone_id="UTC")
    opened = context.new_page()
    problems: list[Any] = []
    opened.on("pageerror", lambda problem: problems.append(problem))  # noqa: PLW0108 - it marks what it is given
    yield opened
    context.close()
    assert not problems, f"scripts failed on the page: {problems}"


def _name(url: str) -> str:
    from countermark.environment import database_settings

    return str(database_settings(url)["NAME"])
