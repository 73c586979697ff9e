"""Demonstration States XA and XB, generated: the same State, seed and size give the same bytes.

Start at `generate` (build.py), then `lots.py` (what a State bought), `serials.py` and `lives.py`; `story.py` is what
both States share, `samples.py` the readings that show every kind of damage, `files.py` the files.
"""

from countermark.demo.world.build import generate
from countermark.demo.world.files import write_files
from countermark.demo.world.records import Event, Mark, Weapon
from countermark.demo.world.samples import Sample, samples

__all__ = ["Event", "Mark", "Sample", "Weapon", "generate", "samples", "write_files"]
