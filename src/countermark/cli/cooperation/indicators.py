"""`countermark cooperation indicators`: what this register can show of a need."""

import click

from countermark.cli.common import json_option, ready, show
from countermark.cli.cooperation.common import viewer


@click.command("indicators")
@json_option
def indicators_command(as_json: bool) -> None:
    """Lists the figures of this register, each with its day; where there is nothing to count it says "no data"."""
    ready()
    from countermark.cooperation import indicators

    lines = []
    for one in indicators.for_viewer(viewer()).values():
        found = indicators.figure(one.key)
        value = found.written if found else None if as_json else "no data"
        lines.append(
            {
                "key": one.key,
                "name": one.text,
                "value": value,
                "unit": one.unit,
                "as_of": found.as_of if found else None,
            }
        )
    show(lines, "indicators", as_json)


COMMANDS = (indicators_command,)
