"""`countermark cooperation fund`: windows, pledges, postings, calls, awards, reports, closings, statements, ways to fund compared."""

from countermark.cli.cooperation.fund import awards, books, calls, closings, facilities, windows  # noqa: F401 - each adds its commands
from countermark.cli.cooperation.fund.common import fund

COMMANDS = (fund,)
