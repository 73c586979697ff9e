"""Listening to readers as they are: a real LLRP conversation, a real broker; both go away and come back, and nothing is doubled."""

import asyncio
import gc
import json
import subprocess
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from django.db import OperationalError
from llrpkit import TagReport
from llrpkit.emulator import LLRPEmulator
from llrpkit.emulator.core import EmulatedTag
from llrpkit.protocol import decode_message, messages

from countermark.marks.sentences import Sentence
from countermark.stockpile.readers import intake, payloads
from countermark.stockpile.readers.devices import Device
from countermark.stockpile.readers.intake import Intake
from countermark.stockpile.readers.llrp import LlrpSource, read_of
from countermark.stockpile.readers.mqtt import BadBroker, Broker, MqttSource, broker
from countermark.stockpile.readers.reads import Gathered, Read
from countermark.stockpile.readers.running import Listening, Pace, Source, SourceGone, Totals
from countermark.stockpile.readers.services import Taken
from tests.stockpile.readers.depots import CHIEF, EPC, now
from tests.stockpile.readers.test_payloads import DATA, FIXED, HANDHELD, IMPINJ
from tests.support import mosquitto
from tests.support.mosquitto import Mosquitto

HURRY = Pace(first=0.02, longest=0.1, flush=0.02, summary=0.05, purge=3600)
LONG_EPC = "3876451FD59B2C2BF10000000000000000000000000000000000"
WITHIN = 10


@dataclass
class Heard:
    """A store that remembers what it took, and what was said meanwhile."""

    taken: list[Gathered] = field(default_factory=list)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def take(self, gathered: Gathered) -> Taken:
        self.taken.append(gathered)
        return Taken(sum(seen.reads for seen in gathered.values()), rows=len(gathered))

    def say(self, word: str, more: dict[str, Any]) -> None:
        self.said.append((word, more))

    @property
    def tags(self) -> set[str]:
        return {key.tag for some in self.taken for key in some}

    def words(self, word: str) -> list[dict[str, Any]]:
        return [more for said, more in self.said if said == word]


def listen(heard: Heard, sources: Sequence[Source], story: Callable[[], Awaitable[None]], pace: Pace = HURRY) -> Totals:
    """Listens while the story goes on, then stops as a signal would."""

    async def play() -> Totals:
        stop = asyncio.Event()
        listening = Listening(sources, Intake(CHIEF, heard.take), heard.say, pace)
        running = asyncio.create_task(listening.until(stop))
        try:
            await story()
        finally:
            stop.set()
        return await running

    return asyncio.run(play())


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(WITHIN):
        while not what():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _no_purge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("countermark.stockpile.readers.observations.purge", lambda: 0)


def emulator(port: int = 0) -> LLRPEmulator:
    tags = [EmulatedTag(bytes.fromhex(epc), (1, 2)) for epc in (EPC, LONG_EPC)]
    return LLRPEmulator(port=port, tags=tags, reads_per_sec=200)


def llrp(port: int, alive: float = 15, answer: float = 5) -> LlrpSource:
    return LlrpSource(Device("main/gate", "llrp", "p", f"127.0.0.1:{port}"), alive, answer)


def test_a_reader_is_listened_to_over_llrp_and_left_free_for_another() -> None:
    heard = Heard()

    async def story() -> None:
        await until(lambda: heard.tags == {EPC, LONG_EPC})

    async def play() -> None:
        async with emulator() as reader:
            for _ in range(2):
                heard.taken.clear()
                stop = asyncio.Event()
                listening = Listening([llrp(reader.port)], Intake(CHIEF, heard.take), heard.say, HURRY)
                running = asyncio.create_task(listening.until(stop))
                await story()
                stop.set()
                totals = await running
                assert totals.reads == sum(seen.reads for some in heard.taken for seen in some.values())

    asyncio.run(play())

    assert [more["source"] for more in heard.words("connected")] == ["main/gate", "main/gate"]
    assert len(heard.words("stopped")) == 2
    [key, *_] = heard.taken[0]
    assert key.reader == "main/gate"
    assert key.antenna in (1, 2)


def test_a_reader_that_goes_away_is_listened_to_again() -> None:
    heard = Heard()
    port = mosquitto.free_port()

    async def story() -> None:
        await until(lambda: heard.words("lost"))
        reader = emulator(port)
        await reader.start()
        await until(lambda: heard.tags)
        await reader.stop()
        lost = len(heard.words("lost"))
        await until(lambda: len(heard.words("lost")) > lost)
        heard.taken.clear()
        async with emulator(port):
            await until(lambda: heard.tags)

    listen(heard, [llrp(port)], story)

    assert len(heard.words("connected")) == 2
    assert all(more["again_in"] <= HURRY.longest for more in heard.words("lost"))


def test_a_reader_that_falls_silent_without_a_word_is_given_up() -> None:
    heard = Heard()

    async def play() -> None:
        async with emulator() as reader:
            source = llrp(reader.port, alive=0.05, answer=0.2)
            reader.drop_next(messages.GET_READER_CONFIG)
            with pytest.raises(SourceGone):
                async with asyncio.timeout(WITHIN):
                    await source.listen(lambda *_: None, lambda: None, heard.say)

    asyncio.run(play())


def test_a_second_client_is_told_that_the_reader_is_taken() -> None:
    async def play() -> None:
        async with emulator() as reader:
            first = asyncio.create_task(llrp(reader.port).listen(lambda *_: None, ready.set, Heard().say))
            await ready.wait()
            with pytest.raises(SourceGone, match="Already_Exists"):
                await llrp(reader.port).listen(lambda *_: None, lambda: None, Heard().say)
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)

    ready = asyncio.Event()
    asyncio.run(play())


@pytest.mark.skipif(not (DATA / "rfid").is_dir(), reason="the recorded bodies are not at hand")
@pytest.mark.parametrize("number", range(1, 7))
def test_recorded_reports_are_read_as_they_were_recorded(number: int) -> None:
    path = DATA / "rfid" / "open" / "llrp" / f"ROAccessReport-{number:03}.bytes"
    body = path.read_bytes()
    header = ((1 << 10) | 61).to_bytes(2) + (len(body) + 10).to_bytes(4) + bytes(4)
    report = decode_message(header + body)
    assert isinstance(report, messages.RO_ACCESS_REPORT)
    [expected] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["TagReportData"]

    read = read_of(TagReport.from_param(report.tag_report_datas[0]), expected["FirstSeenUTC"] // 1000)

    assert read is not None
    assert read.tag == payloads._of_base64(expected["EPC96"]["EPC"]).upper()
    assert (read.antenna, read.rssi) == (expected["AntennaID"], expected["PeakRSSI"] * 100)
    assert read.time == expected["FirstSeenUTC"] // 1000


@pytest.fixture
def mqtt(tmp_path: Path) -> Iterator[Mosquitto]:
    with mosquitto.running(tmp_path) as running:
        yield running


DEVICES = [
    Device("main/gate", "mqtt", "p", "depot/gate"),
    Device("main/handhelds", "mqtt", "p", "+/DATA/clients/data1event/+"),
    Device("main/rack", "mqtt", "p", "rack/#"),
]


async def publish(port: int, *messages: tuple[str, Any]) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for topic, body in messages:
            await client.publish(topic, body if isinstance(body, bytes) else json.dumps(body), qos=1)


def test_what_readers_publish_is_heard_each_by_its_topic(mqtt: Mosquitto) -> None:
    heard = Heard()

    async def story() -> None:
        await until(lambda: heard.words("connected"))
        await publish(
            mqtt.port,
            ("depot/gate", FIXED),
            ("XA/DATA/clients/data1event/RFD90-1", HANDHELD),
            ("rack/1/tags", [IMPINJ]),
            ("rack/1/tags", b"\xff no json"),
            ("elsewhere", FIXED),
        )
        await until(
            lambda: len({key.reader for some in heard.taken for key in some}) == 3 and heard.words("unreadable")
        )

    totals = listen(heard, [MqttSource(Broker("127.0.0.1", mqtt.port), DEVICES)], story)

    assert totals.reads == 3 + 14 + 1
    assert [more["reader"] for more in heard.words("unreadable")] == ["main/rack"]
    assert isinstance(heard.words("unreadable")[0]["why"], Sentence)


def test_a_broker_that_dies_is_connected_to_again(mqtt: Mosquitto) -> None:
    heard = Heard()

    async def story() -> None:
        await until(lambda: heard.words("connected"))
        mqtt.stop()
        await until(lambda: heard.words("lost"))
        mqtt.start()
        await until(lambda: len(heard.words("connected")) > 1)
        await publish(mqtt.port, ("depot/gate", FIXED))
        await until(lambda: heard.tags)

    listen(heard, [MqttSource(Broker("127.0.0.1", mqtt.port), DEVICES)], story)

    assert heard.words("stopped")[0]["reads"] == 3


def test_what_was_published_while_we_were_away_comes_when_we_are_back(mqtt: Mosquitto) -> None:
    heard = Heard()
    source = MqttSource(Broker("127.0.0.1", mqtt.port), DEVICES)

    async def connect() -> None:
        await until(lambda: heard.words("connected"))

    async def come_back() -> None:
        await until(lambda: heard.tags)

    listen(heard, [source], connect)
    heard.said.clear()
    asyncio.run(publish(mqtt.port, ("depot/gate", {**FIXED, "timestamp": now() - 60_000})))
    listen(heard, [source], come_back)

    [(key, _)] = [one for some in heard.taken for one in some.items()]
    assert key.tag == heard.tags.pop()


def test_a_broker_that_asks_for_a_password_gets_it(tmp_path: Path) -> None:
    (tmp_path / "passwords").touch(mode=0o600)
    tool = Path(mosquitto.program()).with_name("mosquitto_passwd")
    tool = tool if tool.exists() else Path("/usr/bin/mosquitto_passwd")
    subprocess.run([tool, "-b", tmp_path / "passwords", "node", "secret words"], check=True, capture_output=True)
    with mosquitto.running(tmp_path) as asks:
        url = f"mqtt://node@127.0.0.1:{asks.port}"
        heard = Heard()

        async def story() -> None:
            await until(lambda: heard.words("connected"))

        listen(heard, [MqttSource(broker(url, "secret words"), DEVICES)], story)

        with pytest.raises(SourceGone, match=r"[Nn]ot authori"):
            asyncio.run(MqttSource(broker(url, "guess"), DEVICES).listen(lambda *_: None, lambda: None, heard.say))


# paho leaves the socket of a failed handshake to be collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_broker_is_known_by_its_certificate(tmp_path: Path) -> None:
    certificate = tmp_path / "broker.pem"
    mosquitto.certify(certificate)
    with mosquitto.running(tmp_path) as signed:
        heard = Heard()

        async def story() -> None:
            await until(lambda: heard.words("connected"))

        listen(heard, [MqttSource(broker(f"mqtts://localhost:{signed.port}", ca=certificate), DEVICES)], story)

        stranger = MqttSource(broker(f"mqtts://localhost:{signed.port}"), DEVICES)
        with pytest.raises(SourceGone, match="certificate"):
            asyncio.run(stranger.listen(lambda *_: None, lambda: None, heard.say))
        gc.collect()


def test_gateways_are_heard_as_beacons(mqtt: Mosquitto) -> None:
    heard = Heard()
    gateway = [Device("main/ble", "ble", "p", "home/gateway/BTtoMQTT/+")]
    source = MqttSource(Broker("127.0.0.1", mqtt.port), gateway, payloads.of_gateways)

    async def story() -> None:
        await until(lambda: heard.words("connected"))
        await publish(mqtt.port, ("home/gateway/BTtoMQTT/AC233F000003", {"id": "AC:23:3F:00:00:03", "rssi": -60}))
        await until(lambda: heard.tags)

    listen(heard, [source], story)

    assert heard.tags == {"ble:AC233F000003"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://broker", Broker("broker", 1883)),
        ("mqtts://depot%207@broker:9000", Broker("broker", 9000, "depot 7", "pw", tls=True)),
        ("mqtt://[::1]:1884/", Broker("::1", 1884)),
    ],
)
def test_the_address_of_a_broker_is_understood(url: str, expected: Broker) -> None:
    found = broker(url, "pw")
    assert (found.host, found.port, found.user, found.tls) == (
        expected.host,
        expected.port,
        expected.user,
        expected.tls,
    )


@pytest.mark.parametrize(
    "url", ["", "broker", "http://b", "mqtt://", "mqtt://u:p@b", "mqtt://b:x", "mqtt://b/topic", "mqtt://["]
)
def test_the_address_of_no_broker_is_refused(url: str) -> None:
    with pytest.raises(BadBroker):
        broker(url)


class Silent:
    """A source that is there and says nothing."""

    name = "silent"

    async def listen(self, heard: Any, ready: Callable[[], None], say: Any) -> None:
        ready()
        await asyncio.Event().wait()


def test_what_is_heard_while_the_store_is_away_waits_and_is_written_later() -> None:
    heard = Heard()
    away = [True]

    def take(gathered: Gathered) -> Taken:
        if away[0]:
            raise OperationalError
        return heard.take(gathered)

    waiting = Intake(CHIEF, take)

    async def play() -> Totals:
        stop = asyncio.Event()
        listening = Listening([Silent()], waiting, heard.say, HURRY)
        running = asyncio.create_task(listening.until(stop))
        waiting.add("main/gate", [Read(EPC, now())])
        await until(lambda: len(heard.words("store")) > 1)
        waiting.add("main/gate", [Read(EPC, now())])
        away[0] = False
        await until(lambda: heard.taken)
        stop.set()
        return await running

    assert asyncio.run(play()).reads == 2
    assert heard.words("store")[0]["rows"] == 1


def test_when_too_much_waits_the_oldest_minutes_are_given_up_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_ROWS", 2)

    def take(gathered: Gathered) -> Taken:
        raise OperationalError

    waiting = Intake(CHIEF, take)
    waiting.add("r", [Read(EPC, minute * 60_000, reads=minute) for minute in (3, 1, 2)])
    with pytest.raises(OperationalError):
        waiting.flush()

    assert (waiting.rows, waiting.dropped) == (2, 1)


def test_a_fault_of_a_source_ends_the_command_after_writing_what_was_heard() -> None:
    heard = Heard()

    class Faulty:
        name = "faulty"

        async def listen(self, hear: Any, ready: Callable[[], None], say: Any) -> None:
            hear("main/gate", [Read(EPC, now())])
            raise ZeroDivisionError

    async def story() -> None:
        await until(lambda: heard.taken)

    with pytest.raises(ZeroDivisionError):
        listen(heard, [Faulty()], story)
    assert heard.tags == {EPC}


def test_the_pause_doubles_up_to_the_longest_and_begins_anew_once_connected() -> None:
    heard = Heard()
    tries = [0]

    class Coming:
        name = "coming"

        async def listen(self, hear: Any, ready: Callable[[], None], say: Any) -> None:
            tries[0] += 1
            if tries[0] == 6:
                ready()
            raise SourceGone("away")

    async def story() -> None:
        await until(lambda: tries[0] >= 7)

    listen(heard, [Coming()], story, Pace(first=0.01, longest=0.04, flush=0.01))

    waits = [more["again_in"] for more in heard.words("lost")]
    assert max(waits) <= 0.1
    assert len(waits) >= 6


def test_every_minute_says_how_much_was_taken() -> None:
    heard = Heard()

    async def story() -> None:
        await until(lambda: heard.words("took"))

    listen(heard, [Silent()], story)

    assert heard.words("took")[0] == {"reads": 0, "rows": 0}
