"""Rows of the access matrix for the pages of other rooms: (URL name, roles that reach it, method, arguments).

A role held at one place reaches these too; what it then sees is narrowed in the room's queries.
"""

from typing import Any

Arguments = tuple[tuple[str, Any], ...]

TRACERS = {"registrar", "tracing", "contact", "auditor"}

ROWS: tuple[tuple[str, set[str], str, Arguments], ...] = (
    ("tracing:trace", TRACERS, "get", ()),
    ("tracing:decide", {"tracing"}, "post", ()),
)
