"""One connection: frames, calls by id, streams."""

import asyncio

from .contracts import contracts
from .failures import INDEFINITE, NOT_PROCESSED, UNAVAILABLE, Failure

Envelope = contracts.message("onsale.rpc.v1.Envelope")
GoAway = contracts.message("onsale.rpc.v1.GoAway")
Hello = contracts.message("onsale.rpc.v1.Hello")

REQUEST, REPLY, ITEM, CANCEL, CREDIT, PING, PONG, GOAWAY, HELLO = range(1, 10)
LARGEST_FRAME = 4 << 20
STREAM_CREDIT = 16


class Connection:
    """Carries many calls at once. `is_open` turns false when it accepts no further ones."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.calls = {}  # The queue of envelopes for each call in flight.
        self.last_id = 0
        self.is_open = True
        self.reading = asyncio.create_task(self.read())

    @classmethod
    async def open(cls, host, port, tls, timeout):
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        connection = cls(reader, writer)
        hello = Hello(min_version=1, max_version=1, agent="onsale-python", max_reply_bytes=LARGEST_FRAME)
        connection.send(kind=HELLO, payload=hello.SerializeToString())
        return connection

    def send(self, **fields):
        packed = Envelope(**fields).SerializeToString()
        self.writer.write(len(packed).to_bytes(4, "big") + packed)

    async def call(self, timeout, is_stream=False, **fields):
        """Yields the envelopes of a call: its items, then its reply. Cancels the call if the caller stops early."""
        if not self.is_open:
            raise Failure(UNAVAILABLE, "CONNECTION_CLOSED", "the connection is closed", NOT_PROCESSED)
        self.last_id += 1
        number = self.last_id
        answers = self.calls[number] = asyncio.Queue()
        is_ended = False
        try:
            self.send(id=number, kind=REQUEST, credit=STREAM_CREDIT if is_stream else 0, **fields)
            await self.writer.drain()
            while not is_ended:
                async with asyncio.timeout(timeout):
                    answer = await answers.get()
                if isinstance(answer, Failure):
                    is_ended = True
                    raise answer
                is_ended = answer.kind == REPLY
                yield answer
                if answer.kind == ITEM:
                    self.send(id=number, kind=CREDIT, credit=1)
        finally:
            self.calls.pop(number, None)
            if not is_ended and not self.writer.is_closing():
                self.send(id=number, kind=CANCEL)

    async def read(self):
        """Hands each frame to its call. At the end of the connection, fails the calls that are left."""
        reason = "the service closed the connection"
        try:
            while True:
                size = int.from_bytes(await self.reader.readexactly(4), "big")
                if not 0 < size <= LARGEST_FRAME:
                    reason = f"a frame of {size} bytes: this port has another protocol"
                    break
                envelope = Envelope.FromString(await self.reader.readexactly(size))
                if envelope.kind == PING:
                    self.send(kind=PONG, id=envelope.id, payload=envelope.payload)
                elif envelope.kind == GOAWAY:
                    self.receive_goaway(GoAway.FromString(envelope.payload))
                elif envelope.id in self.calls and envelope.kind in (REPLY, ITEM):
                    self.calls[envelope.id].put_nowait(envelope)
        except (OSError, asyncio.IncompleteReadError) as error:
            reason = str(error) or reason
        finally:
            self.is_open = False
            for answers in self.calls.values():
                answers.put_nowait(Failure(UNAVAILABLE, "CONNECTION_LOST", reason, INDEFINITE))
            self.writer.close()

    def receive_goaway(self, goaway):
        """Later calls use another connection. Calls above the last id were not processed."""
        self.is_open = False
        status = goaway.status
        for number, answers in self.calls.items():
            if number > goaway.last_id:
                answers.put_nowait(Failure(
                    status.code or UNAVAILABLE, status.reason or "DRAINING", status.message, NOT_PROCESSED))

    async def close(self):
        self.is_open = False
        self.reading.cancel()
        await asyncio.gather(self.reading, return_exceptions=True)
