"""`countermark marking` and `countermark schema`: rules, plans, and the marking room of the store at hand."""

import click

from countermark.cli.marking import bench, figures, judging, machines, models, numbers, orders, origins, ownrules


@click.group("marking")
def marking() -> None:
    """Marking: legal profiles, judging marks, planning marks; work orders, the bench, numbers, equipment, models, finds, figures."""


for _part in (judging, orders, bench, numbers, machines, models, ownrules, origins, figures):
    for _command in _part.COMMANDS:
        marking.add_command(_command)

COMMANDS: dict[str, click.Command] = {"marking": marking, "schema": judging.schema}
