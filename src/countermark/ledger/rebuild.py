"""Drops every view and folds the logs again. Kept tables are never touched."""

from django.db.models import F

from countermark.ledger import database, projections, store
from countermark.ledger.models import Log
from countermark.ledger.verify import Progress, silent


def rebuild_views(progress: Progress = silent) -> None:
    """Rebuilds all views in one transaction, so that nobody ever sees half of them."""
    log = store.own_log()
    with database.write_transaction(log.id if log else 0):
        for done, projection in enumerate(projections.PROJECTIONS, 1):
            projection.rebuild()
            progress(done, len(projections.PROJECTIONS))
        Log.objects.update(folded=F("folded") + 1)
