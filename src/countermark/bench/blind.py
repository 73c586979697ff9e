"""The blind check on a register of any size: time, memory and bytes of the set-up in parts, of a question, of a reply and of looking it up.

Everything the two sides reckon and seal is done; no store is filled, since the marks are invented (`--marks` running numbers).
"""

import argparse
import resource
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

KNOWN = 7_919
"""The number of the mark that is asked about and is there."""


def main(arguments: Sequence[str]) -> int:
    """Prints one JSON object. Times in seconds, memory (the most this process ever had) and sizes in MB."""
    parser = argparse.ArgumentParser(prog="countermark bench blind", description=__doc__)
    parser.add_argument("--marks", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    from django.conf import settings

    with tempfile.TemporaryDirectory(prefix="countermark-bench-") as directory:
        # Keys of its own: those of the node at hand are not touched.
        settings.ENVIRONMENT = replace(settings.ENVIRONMENT, key_path=Path(directory) / "node.key")
        sys.stdout.write(msgspec.json.encode(measured(asked.marks, Path(directory))).decode() + "\n")
    return 0


def measured(marks: int, directory: Path) -> dict[str, Any]:
    """What a register of so many marks costs, part by part kept in a directory."""
    from countermark.ledger import sealing
    from countermark.tracing.blind import messages, psi, rules, setups

    def travelled(part: bytes) -> bytes:
        return messages.opened_part(messages.sealed_part(part, key))

    def made() -> list[Path]:
        paths = []
        for number, part in enumerate(setups.parts_of(theirs, _marks(marks), marks)):
            paths.append(directory / str(number))
            paths[-1].write_bytes(part.data)
        return paths

    key = sealing.own_public_key()
    theirs, ours = psi.new_secret(), psi.new_secret()
    texts = rules.padded(rules.texts_of(_mark(KNOWN % marks)))
    paths, setup_time = _timed(made)
    making = _most_mb()
    question, question_time = _timed(lambda: psi.question_of(ours, texts))
    reply, reply_time = _timed(lambda: psi.reply_to(theirs, question))
    _, travel_time = _timed(lambda: [travelled(path.read_bytes()) for path in paths])
    found, hits_time = _timed(lambda: [psi.hits(ours, path.read_bytes(), reply) for path in paths])
    size = sum(path.stat().st_size for path in paths)
    return {
        "marks": marks,
        "parts": len(paths),
        "setup_mb": size / 1e6,
        "bytes_a_mark": size / marks,
        "setup_seconds": setup_time,
        "setup_memory_mb": making,
        "question_seconds": question_time,
        "reply_seconds": reply_time,
        "seal_and_open_seconds": travel_time,
        "look_up_seconds": hits_time,
        "memory_mb": _most_mb(),
        "hit": any(0 in some for some in found),
    }


def _marks(marks: int) -> Iterator[str]:
    return map(_mark, range(marks))


def _mark(number: int) -> str:
    return f"CM{number:08d}"


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    at = perf_counter()
    found = call()
    return found, perf_counter() - at


def _most_mb() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
