"""How a reason is told to people: what its code means, in the reader's language, and the words beside it."""

from django.utils.translation import gettext as _

from countermark.ledger.reasons import OTHER
from countermark.register import words


def told(code: str, of: str, text: str = "") -> str:
    """Why something was done. `of` is the list of the code, or the event it is of; entries from before the codes have words alone."""
    meant = _(words.why(code, of)) if code else ""
    if code == OTHER and text:
        return text
    return f"{meant}: {text}" if meant and text else meant or text
