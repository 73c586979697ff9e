"""Operations of the stockpile: tags, and what readers saw."""

from ninja import Router

from countermark.web.api.stockpile import custody, reads, tags

router = Router()
for _part in (custody.router, reads.router, tags.router):
    router.add_router("", _part)
