"""Closes the network to tests: only this machine's loopback and its own sockets answer."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any


class NetworkClosedError(AssertionError):
    """A test reached for an address beyond this machine."""


def close() -> Callable[[], None]:
    """Refuses connections beyond loopback from this process; returns what opens them again."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, address: Any) -> Any:
            if not _stays_here(self.family, address):
                raise NetworkClosedError(f"tests reach nothing beyond this machine, not {address!r}")
            return original(self, address)

        return call

    def reopen() -> None:
        socket.socket.connect, socket.socket.connect_ex = connect, connect_ex  # type: ignore[method-assign]

    socket.socket.connect, socket.socket.connect_ex = guarded(connect), guarded(connect_ex)  # type: ignore[method-assign]
    return reopen


def _stays_here(family: int, address: Any) -> bool:
    if family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0])
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
