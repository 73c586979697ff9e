"""A fixed RFID reader that speaks LLRP (EPCglobal Low Level Reader Protocol 1.0.1/1.1), through llrpkit.

We connect to the reader, not it to us; it serves one client at a time. The protocol has no sign-in and llrpkit no TLS: readers belong
on a network of their own (THREAT_MODEL.md).
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import aclosing

from llrpkit import LLRPError, Reader, TagReport
from llrpkit.protocol import enums

from countermark.stockpile.readers import observations, reads
from countermark.stockpile.readers.devices import Device, host_and_port
from countermark.stockpile.readers.reads import MOST_ANTENNA, MOST_READS, Read
from countermark.stockpile.readers.running import Heard, Say, SourceGone

KEEPALIVE_SECONDS = 10
ALIVE_SECONDS = 15
"""How often the reader is asked something: a cable that was pulled says nothing by itself."""
ANSWER_SECONDS = 5.0

# It warns of what is said anyway, and differently.
logging.getLogger("llrpkit").setLevel(logging.ERROR)


class LlrpSource:
    """One reader. What it sees goes out as it is reported."""

    def __init__(
        self, device: Device, alive_seconds: float = ALIVE_SECONDS, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.name = device.id
        self._host, self._port = host_and_port(device.address)
        self._alive_seconds = alive_seconds
        self._answer_seconds = answer_seconds

    async def listen(self, heard: Heard, ready: Callable[[], None], say: Say) -> None:
        """Lets the reader take inventory until cancelled; then it stops and is free for another client."""
        try:
            async with Reader(self._host, self._port, response_timeout=self._answer_seconds) as reader:
                with contextlib.suppress(LLRPError):
                    await reader.set_keepalive(KEEPALIVE_SECONDS * 1000)
                ready()
                watch = asyncio.create_task(self._watch(reader))
                try:
                    await self._inventory(reader, heard)
                finally:
                    watch.cancel()
        except (LLRPError, OSError) as error:
            raise SourceGone(str(error)) from error

    async def _inventory(self, reader: Reader, heard: Heard) -> None:
        async with aclosing(reader.inventory(include_tid=True)) as stream:
            async for report in stream:
                if (read := read_of(report, observations.clock())) is not None:
                    heard(self.name, [read])

    async def _watch(self, reader: Reader) -> None:
        """Ends the connection where the reader no longer answers; the inventory then ends too."""
        while True:
            await asyncio.sleep(self._alive_seconds)
            try:
                await reader.get_config(enums.GetReaderConfigRequestedData.Identification)
            except (LLRPError, OSError):
                await reader.close()
                return


def read_of(report: TagReport, received: int) -> Read | None:
    """A report as a read, received at `received` (ms since 1970); None for one without an EPC of whole words."""
    tag = reads.tag_of(report.epc.hex())
    if not tag:
        return None
    told = report.last_seen_us or report.first_seen_us
    return Read(
        tag,
        reads.at(told // 1000 if told else None, received),
        min(report.antenna or 0, MOST_ANTENNA),
        reads.tid_of(report.tid.hex()) if report.tid else "",
        None if report.rssi_dbm is None else round(report.rssi_dbm * 100),
        min(max(report.seen_count or 1, 1), MOST_READS),
    )
