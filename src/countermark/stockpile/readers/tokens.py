"""How a reader that sends to us signs in: with an API token of its own, issued to whoever answers for it.

The token's name says which reader it is for. With it one may send that reader's reads, and nothing else.
"""

from datetime import timedelta

from django.utils import timezone

from countermark.accounts import queries, services
from countermark.accounts.models import ApiToken
from countermark.ledger.services import Actor
from countermark.register.checking import refuse
from countermark.stockpile.readers import devices

SCOPE = "reads"
PERMISSION = "stock.reads"
PREFIX = "reader "


def issue(name: str, username: str, days: int, *, by: Actor) -> str:
    """Issues the token of a reader and returns its text, which is not kept. Raises `Refused` for an unknown reader, and for
    somebody who may not send reads where it stands.
    """
    device = devices.device(name)
    person = services.find_user(username)
    if not queries.may_at(person, PERMISSION, device.place):
        raise refuse("user", username, "somebody who may send reads from where the reader stands", "permission")
    expires = timezone.now() + timedelta(days=days)
    return services.issue_token(person, f"{PREFIX}{device.id}", [SCOPE], expires, by=by)


def held(device_id: str) -> list[ApiToken]:
    """The tokens of a reader that are good today, the one that ends first before the others."""
    tokens = ApiToken.objects.filter(name=f"{PREFIX}{device_id}", withdrawn=False, expires__gt=timezone.now())
    return list(tokens.select_related("user").order_by("expires"))


def speaks_for(token_name: str, device_id: str) -> bool:
    """Whether a token may bring reads of a reader: one issued for another reader may not."""
    return not token_name.startswith(PREFIX) or token_name.removeprefix(PREFIX) == device_id
