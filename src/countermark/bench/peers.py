"""What people would otherwise use, on the same marks and readings: full-text and trigram indexes, fuzzy terms, plain scans."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from countermark.bench.readings import Sample
from countermark.marks import packed, posterior, skeleton
from countermark.marks.reading import parse
from countermark.register.rows import code_of
from countermark.tracing import index
from countermark.tracing.search.question import Heard, Options, Reference
from countermark.tracing.search.weighing import weigh
from countermark.tracing.store import DETAILS, NAMES, NO_ROWS, Rows, together

Ints = NDArray[np.int64]
MOST = 20_000
OFTEN = 300
"""Trigram neighbours that are ranked."""


class Peer(Protocol):
    """One way to search; `search` gives weapon keys, best first."""

    name: str

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        ...


def backend_of(peer: Peer) -> int | None:
    """The server process that works for a peer."""
    return peer.backend if isinstance(peer, Trigram) else None


_NUMBERS = ("weapon_key", "number", "maker", "kind", "calibre", "country", "component", "mark_kind")


def rows_of(columns: Sequence[Sequence[Any]]) -> Rows:
    """Rows from a sequence a column, in the order of `_FIELDS`; from none where nothing was found."""
    if not columns:
        return NO_ROWS
    *numbers, text = columns
    named = {name: np.fromiter(column, np.int64, len(text)) for name, column in zip(_NUMBERS, numbers, strict=True)}
    return Rows(named["weapon_key"], together(named, NAMES), together(named, DETAILS), packed.pack(text))


@dataclass(frozen=True)
class Marks:
    """All marks in memory, for the scans and for ranking what a peer found."""

    rows: Rows
    reference: Reference

    @classmethod
    def of(cls, rows: Sequence[index.Row], reference: Reference) -> "Marks":
        """From search rows."""
        named = dict(zip(index.Row._fields, zip(*rows, strict=True), strict=True))
        return cls(rows_of([named[name] for name in (*_NUMBERS, "canonical")]), reference)

    def tuples(self) -> Iterator[tuple[object, ...]]:
        """Whole rows, for a table of its own."""
        return zip(*(getattr(self.rows, name).tolist() for name in _NUMBERS), self.rows.text, strict=True)

    @cached_property
    def codes(self) -> NDArray[np.uint32]:
        """(marks, width) code points."""
        return self.rows.text.codes

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Places of every mark."""
        return self.rows.text.lengths

    @cached_property
    def texts(self) -> list[str]:
        """Every mark as a string, for the scans."""
        return list(self.rows.text)

    def matching(self, sample: Sample) -> Ints:
        """Marks that agree with a reading with `?` or `*` in every known place."""
        places = parse(sample.reading).places
        runs = [i for i, place in enumerate(places) if place.kind == "run"]
        known = len(places) - len(runs)
        keep = np.flatnonzero(self.lengths >= known if runs else self.lengths == known)
        for i, place in enumerate(places):
            if place.kind != "char":
                continue
            at = i if not runs or i < runs[0] else self.lengths[keep] - (len(places) - i)
            keep = keep[self.codes[keep, at] == ord(place.char)]
        return keep

    def within_two(self, sample: Sample) -> Ints:
        """Marks within plain edit distance 2 (with swaps), by looking at every one."""
        reading = "".join(place.char for place in parse(sample.reading).places)
        distance = cdist([reading], self.texts, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)[0]
        return np.flatnonzero(distance <= 2)

    def near(self, sample: Sample) -> Ints:
        """By looking at every mark; remembered, so that only the first scan of a sample takes its time."""
        if sample not in self._seen:
            self._seen[sample] = self.matching(sample) if has_gap(sample) else self.within_two(sample)
        return self._seen[sample]

    @cached_property
    def _seen(self) -> dict[Sample, Ints]:
        return {}

    def ranked(self, sample: Sample, chosen: Ints) -> list[int]:
        """The ten best of the chosen marks by our own ranking."""
        return ranked(self.reference, sample, self.rows.take(chosen))

    def by_distance(self, sample: Sample, chosen: Ints) -> list[int]:
        """The ten nearest of the chosen marks by plain edit distance."""
        if has_gap(sample):
            return best_of(self.rows.weapon_key[chosen], np.zeros(len(chosen)))
        text = list(self.rows.text.take(chosen))
        distance = cdist([sample.reading], text, scorer=OSA.distance, dtype=np.uint8)[0] if text else np.zeros(0)
        return best_of(self.rows.weapon_key[chosen], distance.astype(float))

    def agreeing(self, sample: Sample, chosen: Ints) -> Ints:
        """The chosen marks whose maker, kind and calibre are the ones stated."""
        query, keep = sample.query, np.ones(len(chosen), bool)
        if query.maker:
            likeliest = int(np.argmax(self.reference.makers.weigh(query.maker, 0.05).by_group))
            keep &= self.reference.makers.groups_of(self.rows.maker[chosen]) == likeliest
        if query.kind:
            keep &= self.rows.kind[chosen] == index.kind_code(query.kind)
        if query.calibre:
            keep &= self.rows.calibre[chosen] == code_of(query.calibre)
        return chosen[keep]


def ranked(reference: Reference, sample: Sample, rows: Rows) -> list[int]:
    """The ten best of some marks by our own ranking."""
    if not rows.text:
        return []
    scored = weigh(reference, rows, Heard(parse(sample.reading), 0, "", ""), sample.query, Options())
    weapons, weight, _ = posterior.group_sum(scored.rows.weapon_key, scored.log_mark + scored.found.log_evidence)
    return best_of(weapons, -weight)


def has_gap(sample: Sample) -> bool:
    """Whether a reading has unread places."""
    return sample.damage in ("unread", "run")


def best_of(weapons: Ints, cost: NDArray[np.float64], most: int = 10) -> list[int]:
    """Distinct weapons, cheapest first."""
    order = np.argsort(cost, kind="stable")
    return list(dict.fromkeys(weapons[order].tolist()))[:most]


class Exhaustive:
    """Every mark compared, then our ranking: the recall no index can beat."""

    name = "exhaustive, same ranking (scan not timed)"

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        return self._marks.ranked(sample, self._marks.near(sample)[:200_000])


class Plain:
    """Usual practice: plain edit distance."""

    name = "plain edit distance"

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        return self._marks.by_distance(sample, self._marks.near(sample))


class Filtered:
    """Usual practice: plain edit distance among the weapons whose attributes agree."""

    name = "plain, hard filters (scan not timed)"

    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        return self._marks.by_distance(sample, self._marks.agreeing(sample, self._marks.near(sample)))


DISTANCED = 1000
"""Weapons ordered by distance before the filters."""


class Alone:
    """Usual practice on the marks our own search found: what the ranking alone is worth.

    Plain edit distance of the reading as written, ties in index order, the first thousand weapons; with `filtered`, those whose
    maker is not the likeliest one, or whose kind or calibre is not the one stated, are then dropped.
    """

    def __init__(self, reference: Reference, find: Callable[[Sample], Rows], filtered: bool) -> None:
        self.name = f"plain{', hard filters' if filtered else ''}, same candidates (not timed)"
        self._reference, self._find, self._filtered = reference, find, filtered

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        rows = self._find(sample)
        keys = [skeleton.key(text) for text in rows.text]
        rows = rows.take(np.lexsort((rows.number, rows.weapon_key, np.array(keys, np.int64))))
        marks = Marks(rows, self._reference)
        distance = cdist([sample.reading], list(rows.text), scorer=OSA.distance)[0] if rows.text else np.zeros(0)
        order = np.argsort(distance, kind="stable")
        _, first = np.unique(rows.weapon_key[order], return_index=True)
        nearest = order[np.sort(first)][:DISTANCED]
        chosen = marks.agreeing(sample, nearest) if self._filtered else nearest
        return [int(key) for key in rows.weapon_key[chosen][:10]]


_FIELDS = ", ".join([*_NUMBERS, "text"])


class Fts5:
    """SQLite's full-text index over trigrams beside a table of the marks, then our ranking."""

    name = "SQLite FTS5 trigram, our ranking"

    def __init__(self, marks: Marks, path: Path) -> None:
        self._reference = marks.reference
        self._db = sqlite3.connect(path)
        self._db.execute(f"create table marks ({_FIELDS})")
        self._db.execute("create virtual table grams using fts5(text, tokenize='trigram', detail=full)")
        self._db.execute("begin")
        self._db.executemany("insert into marks values (?, ?, ?, ?, ?, ?, ?, ?, ?)", marks.tuples())
        self._db.execute("insert into grams(rowid, text) select rowid, text from marks")
        self._db.execute("insert into grams(grams) values('optimize')")
        self._db.commit()

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        text = sample.reading
        if has_gap(sample):
            return self._of("select rowid from grams where text glob ? limit ?", text, MOST, sample)
        grams = sorted({text[i : i + 3] for i in range(len(text) - 2)})
        if not grams:
            return []
        phrase = " OR ".join(f'"{gram}"' for gram in grams)
        return self._of("select rowid from grams where grams match ? order by rank limit ?", phrase, OFTEN, sample)

    def _of(self, chosen: str, text: str, limit: int, sample: Sample) -> list[int]:
        rows = self._db.execute(f"select {_FIELDS} from marks where rowid in ({chosen})", (text, limit)).fetchall()
        return ranked(self._reference, sample, rows_of(list(zip(*rows, strict=True))))


class Trigram:
    """PostgreSQL's pg_trgm with a GIN index at its usual threshold, on a table of the marks, then our ranking."""

    name = "PostgreSQL pg_trgm, our ranking"

    def __init__(self, marks: Marks, connection: Any) -> None:
        self._reference = marks.reference
        self._cursor = connection.cursor()
        self.backend: int = connection.info.backend_pid
        self._cursor.execute("create extension if not exists pg_trgm")
        self._cursor.execute("drop table if exists bench_trigram")
        self._cursor.execute(
            "create table bench_trigram (weapon_key bigint, number smallint, maker integer, kind smallint, "
            "calibre integer, country integer, component smallint, mark_kind smallint, text text)"
        )
        with self._cursor.copy("copy bench_trigram from stdin") as copy:
            for row in marks.tuples():
                copy.write_row(row)
        self._cursor.execute("create index on bench_trigram using gin (text gin_trgm_ops)")
        self._cursor.execute("vacuum analyze bench_trigram")
        self._cursor.execute("set statement_timeout = '60s'")

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        text, select = sample.reading, f"select {_FIELDS} from bench_trigram where"
        if has_gap(sample):
            pattern = text.replace("?", "_").replace("*", "%")
            self._cursor.execute(f"{select} text like %s limit %s", (pattern, MOST))
        else:
            self._cursor.execute(
                f"{select} text %% %s order by similarity(text, %s) desc limit %s", (text, text, OFTEN)
            )
        return ranked(self._reference, sample, rows_of(list(zip(*self._cursor.fetchall(), strict=True))))


_PRINTABLE = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def printable_skeleton(text: str) -> str:
    """A skeleton as text, one character a class."""
    return "".join(_PRINTABLE[number] for number in skeleton.codes(text).tolist())


class Tantivy:
    """Fuzzy terms over the same skeletons, then our ranking."""

    def __init__(self, marks: Marks, path: Path, distance: int) -> None:
        import tantivy

        self.name = f"tantivy fuzzy {distance} on skeletons, our ranking"
        self._marks, self._distance, self._tantivy = marks, distance, tantivy
        builder = tantivy.SchemaBuilder()
        for name in ("text", "skeleton"):
            builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field("id", stored=True, fast=True, indexed=False)
        self._schema = builder.build()
        if not path.exists():
            path.mkdir(parents=True)
            self._fill(tantivy.Index(self._schema, path=str(path)))
        opened = tantivy.Index.open(str(path))
        opened.reload()
        self._searcher = opened.searcher()

    def _fill(self, target: Any) -> None:
        writer = target.writer(256_000_000, 1)
        for row, text in enumerate(self._marks.rows.text):
            document = self._tantivy.Document()
            document.add_text("text", text)
            document.add_text("skeleton", printable_skeleton(text))
            document.add_unsigned("id", row)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def search(self, sample: Sample) -> list[int]:
        """The ten best weapons."""
        query_of, text = self._tantivy.Query, sample.reading
        if has_gap(sample):
            pattern = text.replace("?", ".").replace("*", ".+")
            query = query_of.regex_query(self._schema, "text", pattern)
        else:
            query = query_of.fuzzy_term_query(
                self._schema, "skeleton", printable_skeleton(text), distance=self._distance, transposition_cost_one=True
            )
        hits = self._searcher.search(query, MOST, count=False).hits
        return self._marks.ranked(sample, np.array([self._searcher.doc(at)["id"][0] for _, at in hits], np.int64))
