"""Operations of cooperation: actors, needs, offers, and what else the room's capabilities add."""

from ninja import Router

router = Router()
_PARTS: tuple[Router, ...] = ()
"""The routers of the modules of this package."""
for _part in _PARTS:
    router.add_router("", _part)
