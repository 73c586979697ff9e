"""No request fills the disk: bodies are cut off here, before Django spools them.

Django looks at who asks only after it has the whole body, so a limit further in would come too late.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

USUAL = 8 * 1024**2
"""Bytes a form or an API call may have."""
UPLOAD = 2 * 1024**3
"""Bytes an uploaded file may have; the node's own setting is usually far below."""
UPLOAD_PATHS = ("/import/", "/api/loads", "/requests/blind/take/", "/api/blind/replies")
PIECE = 160 * 1024**2
"""Bytes a piece of a log may have that another node hands in: a single document can be that large."""
PIECE_PATH = "/exchange/replica/push/"
PICTURES = 24 * 1024**2
"""Bytes a form may have that takes photographs and documents, each of at most 8 MiB; as base64 a document has a third more."""
PICTURE_PATHS = ("/marking/", "/api/marking/", "/cases/", "/api/cases/")
"""How the addresses of such forms begin."""


class BodyLimit:
    """Wraps an ASGI application: a body beyond the limit of its path is answered 413 and read no further."""

    def __init__(
        self, application: Application, usual: int = USUAL, upload: int = UPLOAD, pictures: int = PICTURES
    ) -> None:
        self.application, self.usual, self.upload, self.pictures = application, usual, upload, pictures

    def _limit(self, path: str) -> int:
        if path in UPLOAD_PATHS:
            return self.upload
        if path == PIECE_PATH:
            return PIECE
        return self.pictures if path.startswith(PICTURE_PATHS) else self.usual

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        limit = self._limit(str(scope["path"]))
        if stated_length(scope) > limit:
            await refuse(send)
            return
        counted = _Counted(limit, receive, send)
        await self.application(scope, counted.receive, counted.send)
        if counted.beyond and not counted.answered:
            await refuse(send)


class _Counted:
    """Counts a body that states no length; past the limit the application hears that the client went away."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self.left, self._receive, self._send = limit, receive, send
        self.beyond = self.answered = False

    async def receive(self) -> Message:
        if self.beyond:
            return {"type": "http.disconnect"}
        message = await self._receive()
        self.left -= len(message.get("body", b""))
        self.beyond = self.left < 0
        return {"type": "http.disconnect"} if self.beyond else message

    async def send(self, message: Message) -> None:
        self.answered = True
        await self._send(message)


def stated_length(scope: MutableMapping[str, Any]) -> int:
    """What the request says of its body; 0 when it does not, or nonsense."""
    stated = dict(scope["headers"]).get(b"content-length", b"0")
    return int(stated) if stated.isdigit() else 0


async def refuse(send: Send) -> None:
    """413, and the connection is closed."""
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"The request is larger than this address takes.\n"})
