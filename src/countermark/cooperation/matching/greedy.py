"""What an officer does by hand: the most pressing need first, from one offer after the other, and nothing is moved again.

It is the yardstick of `countermark bench match`, and the answer says how much better the optimum is.
"""

from countermark.cooperation.matching.flow import Flow, must
from countermark.cooperation.matching.table import Table


def greedy(found: Table) -> Flow:
    """Needs by priority, then by size, smallest first; each from the offers that fit, until it is whole."""
    flow = Flow(found)
    must(flow)
    for n in sorted(range(len(found.needs)), key=lambda n: (-found.worth(n), found.asked[n], str(found.needs[n].id))):
        if not found.chosen(n) or flow.at_hand(n, found.least[n]):
            flow.push(n, found.asked[n] - flow.got(n), reroute=False)
    return flow
