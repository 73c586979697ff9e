"""`countermark serve`: one tree of processes that answers, works on jobs, heals, and ends when asked."""

import csv
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.support import prepared
from tests.support.cli import Cli, sqlite_node

STOP_SECONDS = 10


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running `serve` and how to ask it things."""

    def __init__(self, run_cli: Cli, *arguments: str) -> None:
        self.port = free_port()
        self.process = run_cli.start("serve", "--port", str(self.port), *arguments, stderr=subprocess.PIPE)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def answers(self) -> bool:
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def children(self) -> dict[str, int]:
        """Process ids of the web server (it holds the listening socket open) and the worker, oldest first."""
        found = children_of(self.process.pid)
        spawned = [pid for pid in found if "spawn_main" in command_of(pid)]
        return {"web": spawned[0], "worker": spawned[1]} if len(spawned) == 2 else {}


def children_of(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return sorted(int(child) for child in path.read_text().split()) if path.exists() else []


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return ") Z " not in Path(f"/proc/{pid}/stat").read_text()


def wait(ready: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A node that runs during all tests of this file which leave it running; which database it has makes no difference."""
    home = tmp_path_factory.mktemp("node")
    running = Served(sqlite_node(home))
    wait(running.answers)
    yield running
    running.process.terminate()
    running.process.communicate(timeout=STOP_SECONDS)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Cli]:
    """A node that a test ends itself: how its processes end does not depend on its database."""
    made = sqlite_node(tmp_path)
    yield made
    made.stop_all()


def test_a_friendly_line_says_where_to_look(served: Served) -> None:
    assert served.process.stderr is not None
    line = served.process.stderr.readline().decode()
    assert f"http://127.0.0.1:{served.port}/" in line


def test_pages_styles_and_the_description_of_the_api_are_served(served: Served) -> None:
    status, page = served.get("/accounts/login/")
    assert status == 200
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style is not None
    assert served.get(style[1])[0] == 200
    assert json.loads(served.get("/api/openapi.json")[1])["openapi"].startswith("3")


def test_a_fault_shows_no_inside_of_the_program(served: Served) -> None:
    status, page = served.get("/nowhere/")
    assert status in (200, 404)
    assert "urlpatterns" not in page
    assert "Traceback" not in page


def test_sigterm_ends_the_whole_tree_in_time(node: Cli) -> None:
    running = Served(node)
    wait(running.answers)
    wait(running.children)
    pids = list(running.children().values())
    start = time.monotonic()
    running.process.terminate()
    assert running.process.wait(STOP_SECONDS) == 0
    assert time.monotonic() - start < STOP_SECONDS
    assert not any(map(alive, pids))


def test_sigint_is_an_interruption(node: Cli) -> None:
    running = Served(node)
    wait(running.answers)
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(STOP_SECONDS) == 130


@pytest.mark.parametrize("which", ["web", "worker"])
def test_a_child_that_dies_is_started_again(served: Served, which: str) -> None:
    wait(served.children)
    dead = served.children()[which]
    os.kill(dead, signal.SIGKILL)
    wait(lambda: served.children() and dead not in served.children().values())
    wait(served.answers)


def test_children_end_with_a_parent_that_was_killed(node: Cli) -> None:
    running = Served(node)
    wait(running.answers)
    wait(running.children)
    pids = list(running.children().values())
    running.process.kill()
    running.process.wait()
    wait(lambda: not any(map(alive, pids)), 20)


def test_a_port_in_use_is_wrong_usage_and_says_so(run_cli: Cli) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run_cli("serve", "--port", str(taken.getsockname()[1]))
    assert result.code == 2
    assert "--port" in result.err


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.7"])
def test_an_address_that_is_not_ours_is_wrong_usage(run_cli: Cli, host: str) -> None:
    assert run_cli("serve", "--host", host, "--port", "0").code == 2


@pytest.fixture
def demonstration(cli_environment: dict[str, str]) -> None:
    from countermark.accounts import services

    prepared.do(services.add_demo_users, cli_environment)


@pytest.mark.usefixtures("demonstration")
def test_a_demonstration_store_is_offered_to_this_machine_only(run_cli: Cli) -> None:
    result = run_cli("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert result.code == 2
    assert "demonstration" in result.err


@pytest.mark.usefixtures("demonstration")
def test_the_worker_of_a_running_node_loads_what_a_registrar_uploads(run_cli: Cli, tmp_path: Path) -> None:
    served = Served(run_cli)
    wait(served.answers)

    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    base = f"http://127.0.0.1:{served.port}"

    def secret(path: str) -> str:
        html = browser.open(base + path).read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
        assert found is not None
        return found[1]

    def post(path: str, **fields: str) -> str:
        body = urllib.parse.urlencode(fields).encode()
        return str(browser.open(base + path, body).geturl())

    token = secret("/accounts/login/")
    post("/accounts/login/", csrfmiddlewaretoken=token, login="registrar", password="countermark-demo")
    content = tmp_path / "register.csv"
    with content.open("w", newline="") as file:
        csv.writer(file).writerows([["ref", "component", "mark"], ["A1", "frame", "TKD48213"]])
    boundary = "countermark"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{secret("/import/")}\r\n',
        f'--{boundary}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nweapons\r\n',
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="register.csv"\r\n\r\n{content.read_text()}\r\n',
        f"--{boundary}--\r\n",
    ]
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(base + "/import/", "".join(parts).encode(), headers)  # noqa: S310
    columns = browser.open(request).geturl()
    path = columns.removeprefix(base)
    chosen = {"column-0": "ref", "column-1": "component", "column-2": "mark"}
    job = post(path, csrfmiddlewaretoken=secret(path), **chosen).removeprefix(base)
    wait(lambda: "What would change" in browser.open(base + job).read().decode())
    post(f"{job}commit/", csrfmiddlewaretoken=secret(job), on_error="refuse")
    wait(lambda: "Loaded" in browser.open(base + job).read().decode())
