"""Operations of the stockpile: tags, and what readers saw."""

from ninja import Router

from countermark.web.api.stockpile import reads, tags

router = Router()
for _part in (reads.router, tags.router):
    router.add_router("", _part)
