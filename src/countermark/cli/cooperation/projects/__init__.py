"""`countermark cooperation project`, `meeting`, `calendar`, `elsewhere`: projects and their gates, what others do, dates."""

from countermark.cli.cooperation.projects import costs, deciding, project, work  # noqa: F401 - each adds its commands
from countermark.cli.cooperation.projects.common import project as project_group
from countermark.cli.cooperation.projects.dates import calendar, elsewhere, meeting

COMMANDS = (project_group, meeting, calendar, elsewhere)
