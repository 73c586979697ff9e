"""Operations of the stockpile: hand-overs, counts, scans, tags, and what readers saw."""

from ninja import Router

from countermark.web.api.stockpile import assessing, counting, custody, proving, reads, scans, tags

router = Router()
for _part in (assessing.router, counting.router, custody.router, proving.router, reads.router, scans.router, tags.router):
    router.add_router("", _part)
