"""What every page shows around its content."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from countermark.accounts import demo, queries, rules
from countermark.accounts.models import User
from countermark.ledger import store
from countermark.ledger.models import LOG_SPAN
from countermark.web import navigation
from countermark.web.navigation import Link

THEMES = {
    "auto": _("As this device"),
    "light": _("Light"),
    "dark": _("Dark"),
    "contrast": _("High contrast"),
}
THEME_COOKIE = "countermark_theme"


@dataclass(frozen=True)
class LogState:
    """How long the node's own log is and when its last entry was recorded (aware datetime or None)."""

    size: int
    as_of: Any


class Shell:
    """Computed when a template asks, so that a page that shows nothing of it costs nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.state = settings.ENVIRONMENT.state
        self.node = settings.ENVIRONMENT.node
        self.languages = settings.LANGUAGES
        self.themes = THEMES
        chosen = request.COOKIES.get(THEME_COOKIE, "auto")
        self.theme = chosen if chosen in THEMES else "auto"
        self.demo_password = demo.PASSWORD

    @property
    def rtl(self) -> bool:
        """Whether the interface language runs right to left."""
        return runs_right_to_left()

    @property
    def bs_theme(self) -> str:
        """The theme Tabler is told; on `auto` a script may change it after what the device prefers."""
        return "dark" if self.theme == "dark" else "light"

    @cached_property
    def links(self) -> list[Link]:
        """Navigation by permission."""
        return navigation.links(self._user, self._request.path)

    @cached_property
    def demo(self) -> bool:
        """Whether to show the banner."""
        return queries.is_demonstration()

    @cached_property
    def demo_users(self) -> list[User]:
        """Users offered on the sign-in page of a demonstration store."""
        return queries.demonstration_users()

    @cached_property
    def role_labels(self) -> list[str]:
        """The roles of the person signed in."""
        return list(dict.fromkeys(rules.ROLES[g.role].label for g in queries.grants(self._user)))

    @cached_property
    def log(self) -> LogState | None:
        """The state of the node's own log; None in a store without one."""
        return log_state()

    @property
    def _user(self) -> Any:
        return self._request.user


def runs_right_to_left() -> bool:
    """Whether the active language does; Django's own answer looks at the language before the hyphen only."""
    return bool(get_language_info(get_language() or settings.LANGUAGE_CODE)["bidi"])


def log_state() -> LogState | None:
    """Size and last recording time of the node's own log."""
    log = store.own_log()
    size = store.size(log) if log else 0
    if log is None or not size:
        return None
    last = store.entries_at([log.id * LOG_SPAN + size - 1])[0]
    return LogState(size, parse_datetime(last.recorded.time))


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
