"""`countermark bench match`: needs and offers matched at growing sizes, next to one need after the other in the same run.

    python -m countermark.bench.match --sizes 100,1000,10000

Invented needs and offers: twelve themes, twenty regions, six kinds of help, windows of three months to two years within four years, three needs
in five with a least share of a quarter, a half or the whole. `--money` says how much is offered for what is asked.
"""

import argparse
import datetime as dt
import json
import random
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from time import perf_counter, process_time
from typing import Any

from countermark.cooperation.matching import answers, market, solver
from countermark.cooperation.matching.greedy import greedy
from countermark.cooperation.matching.market import Market, Need, Offer
from countermark.cooperation.matching.table import table

THEMES, REGIONS, DAYS = 12, 20, 1500
KINDS = ("funds", "equipment", "training", "legal_advice", "software", "people")
LEAST = ("0", "0", "0.25", "0.5", "1")
START = dt.date(2027, 1, 1)


def invented(size: int, money: float, seed: int) -> Market:
    """So many needs and as many offers; `money` is about how much is offered for each that is asked."""
    chance = random.Random(seed)
    needs = [_need(chance, number) for number in range(size)]
    offers = [_offer(chance, number, money) for number in range(size)]
    return Market(needs, offers)


def _window(chance: random.Random) -> tuple[str, str]:
    begin = START + dt.timedelta(days=chance.randrange(DAYS))
    return begin.isoformat(), (begin + dt.timedelta(days=chance.randrange(90, 700))).isoformat()


def _need(chance: random.Random, number: int) -> Need:
    first, last = _window(chance)
    return Need(
        id=f"N{number:06}",
        amount=Decimal(chance.randrange(10, 500) * 1000),
        theme=f"theme {chance.randrange(THEMES)}",
        region=f"region {chance.randrange(REGIONS)}",
        priority=chance.randrange(1, 6),
        from_=first,
        to=last,
        kinds=chance.sample(KINDS, chance.randrange(3)),
        min_share=Decimal(chance.choice(LEAST)),
    )


def _offer(chance: random.Random, number: int, money: float) -> Offer:
    first, last = _window(chance)
    return Offer(
        id=f"O{number:06}",
        budget=Decimal(int(chance.randrange(10, 500) * 1000 * money)),
        themes=[f"theme {one}" for one in chance.sample(range(THEMES), chance.randrange(4))],
        regions=[f"region {one}" for one in chance.sample(range(REGIONS), chance.randrange(5))],
        from_=first,
        to=last,
        kinds=chance.sample(KINDS, chance.randrange(4)),
    )


def measure(size: int, money: float, seed: int) -> dict[str, Any]:
    """Measures one size: seconds and the objective of both, and the whole answer with its reasons from the file on."""
    invented_ = invented(size, money, seed)
    found = table(invented_)
    start, worked = perf_counter(), process_time()
    solved = solver.solve(found)
    took, cpu = perf_counter() - start, process_time() - worked
    start = perf_counter()
    plain = greedy(found).total()
    plainly = perf_counter() - start
    start = perf_counter()
    answers.answer(market.checked(invented_)).as_json()
    return {
        "needs": size,
        "offers": size,
        "pairs": sum(row.bit_count() for row in found.rows),
        "money": money,
        "objective": solved.objective,
        "gap": solved.gap,
        "seconds": took,
        "cpu_seconds": cpu,
        "greedy_objective": plain,
        "greedy_seconds": plainly,
        "answer_seconds": perf_counter() - start,
        "objective_ratio": solved.objective / plain if plain else 1.0,
        "time_ratio": took / max(plainly, 1e-9),
    }


def lines(figures: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The figures for people."""
    yield f"{'needs':>7} {'pairs':>10} {'money':>6} {'optimum':>10} {'gap':>8} {'seconds':>8} {'greedy':>10} {'seconds':>8} {'better by':>9} {'answer s':>8}"
    for one in figures:
        yield (
            f"{one['needs']:7,} {one['pairs']:10,} {one['money']:6g} {one['objective']:10.2f} {100 * one['gap']:7.3f}% {one['seconds']:8.2f}"
            f" {one['greedy_objective']:10.2f} {one['greedy_seconds']:8.2f} {100 * (one['objective_ratio'] - 1):8.2f}% {one['answer_seconds']:8.2f}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="100,1000,10000", help="needs, and as many offers, smallest first")
    options.add_argument("--money", default="0.5,1", help="offered for each that is asked, about")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args(arguments)
    figures = [
        measure(int(size), float(money), asked.seed)
        for size in asked.sizes.split(",")
        for money in asked.money.split(",")
    ]
    if asked.json:
        sys.stdout.write(json.dumps({"runs": figures}) + "\n")
    else:
        sys.stdout.write("\n".join(lines(figures)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
