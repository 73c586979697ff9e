"""A real MQTT broker of the tests' own: Debian's Mosquitto on a loopback port, gone with the block that started it."""

import getpass
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 10
PLACES = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")


@dataclass
class Mosquitto:
    """A broker that may be stopped and started again on its port, as one that crashed would be."""

    port: int
    directory: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Starts it and waits until it answers."""
        config = self.directory / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\n{self.options}persistence false\nuser {getpass.getuser()}\n",
            encoding="utf-8",
        )
        with (self.directory / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen([program(), "-c", config], stdout=log, stderr=log)
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError(f"Mosquitto did not start: {(self.directory / 'mosquitto.log').read_text()}")

    @property
    def options(self) -> str:
        """Who may connect: those of the password file, where there is one."""
        passwords = self.directory / "passwords"
        return f"password_file {passwords}\n" if passwords.exists() else "allow_anonymous true\n"

    def stop(self) -> None:
        """Ends it at once."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


def program() -> str:
    """Where Mosquitto is."""
    found = shutil.which("mosquitto") or next(filter(None, (shutil.which("mosquitto", path=p) for p in PLACES)), None)
    assert found, "Mosquitto is not installed; 'make test' installs it on Debian"
    return found


def free_port() -> int:
    """A loopback port nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(directory: Path) -> Iterator[Mosquitto]:
    """A broker for the length of a block."""
    broker = Mosquitto(free_port(), directory)
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()
