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
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

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
        """Who may connect: those of the password file, where there is one; over TLS, where there is a certificate."""
        passwords, certificate = self.directory / "passwords", self.directory / "broker.pem"
        signed = f"certfile {certificate}\nkeyfile {certificate}\n" if certificate.exists() else ""
        return signed + (f"password_file {passwords}\n" if passwords.exists() else "allow_anonymous true\n")

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


def certify(path: Path) -> None:
    """Writes a key and a certificate it signs itself, for `localhost`, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(encoding) + secret)


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
