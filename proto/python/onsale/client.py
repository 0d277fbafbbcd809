"""Calls the three services."""

import asyncio
import contextlib
import hashlib
import itertools
import random
import secrets
import ssl
import time
import uuid

from .connection import ITEM, Connection
from .contracts import Method, contracts, packed
from .failures import DEADLINE_EXCEEDED, INDEFINITE, NOT_PROCESSED, UNAVAILABLE, Failure

ADDRESSES = {"queue": "127.0.0.1:7001", "concert": "127.0.0.1:7002", "wallet": "127.0.0.1:7003"}
CONNECT_TIMEOUT = 5.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
MOST_PUZZLES, MOST_BITS = 5, 24


def new_id():
    """A new id for a request or a payment: a UUIDv7."""
    bits = int(time.time() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return uuid.UUID(int=bits)


class Client:
    """The services of a site. Each address may be a list of several, separated by commas.

    `ca` is the file of the site's authorities, and turns TLS on. `credential` is that of SignIn or SignUp; set it at any time.
    """

    def __init__(self, queue=None, concert=None, wallet=None, ca=None, credential=b"", timeout=10.0):
        self.credential, self.timeout = credential, timeout
        self.tls = None
        if ca:
            self.tls = ssl.create_default_context(cafile=ca)
            self.tls.minimum_version = ssl.TLSVersion.TLSv1_3
            self.tls.set_alpn_protocols(["onsale/1"])
        given = {"queue": queue, "concert": concert, "wallet": wallet}
        self.services = {name: Service(self, name, given[name] or ADDRESSES[name]) for name in given}
        self.queue, self.concert, self.wallet = self.services.values()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        for service in self.services.values():
            await service.close()


class Service:
    """Its attributes are the methods of the contract: `await client.queue.Join(room_id=id)`.

    The arguments of a method are the fields of its request; ids are UUIDs or bytes. A method returns the reply, and a stream is
    read with `async for`. The argument `options` is for one call.
    """

    def __init__(self, client, name, addresses):
        self._client = client
        self._addresses = itertools.cycle(addresses.split(","))
        self._count = addresses.count(",") + 1
        self._connection = None
        self._opening = asyncio.Lock()
        full_name = f"onsale.{name}.v1.{name.capitalize()}"
        for described in contracts.services[full_name].method:
            method = Method(full_name, described)
            setattr(self, described.name, self._stream(method) if method.is_stream else self._call(method))

    def _call(self, method):
        async def call(*, options=None, **fields):
            request = method.request(**packed(fields))
            for puzzles in itertools.count():
                try:
                    return await self._attempts(method, request, options or Options())
                except Failure as failure:
                    if puzzles == MOST_PUZZLES or not await solve(failure, request):
                        raise
        call.__name__ = call.__qualname__ = method.name
        return call

    def _stream(self, method):
        def stream(*, options=None, **fields):
            return self._items(method, method.request(**packed(fields)), options or Options())
        stream.__name__ = stream.__qualname__ = method.name
        return stream

    async def _attempts(self, method, request, options):
        """Repeats a call that failed, as its failure and the method allow, with the same request id, until the deadline."""
        end = time.monotonic() + (options.timeout or self._client.timeout)
        request_id = options.request_id or new_id()
        pause = SHORTEST_PAUSE
        for attempt in itertools.count():
            try:
                left = end - time.monotonic()
                async with contextlib.aclosing(
                        self._send(method, request, options, left, request_id, attempt)) as answers:
                    answer = await anext(answers)
                if answer.status.code:
                    raise Failure.of(answer.status)
                return method.reply.FromString(answer.payload)
            except TimeoutError:
                raise Failure(DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", "no answer in time", INDEFINITE) from None
            except Failure as failure:
                is_repeatable = failure.may_succeed_later or (failure.indefinite and method.is_safe_to_repeat)
                wait = max(failure.retry_after, pause * random.uniform(0.5, 1))
                if not is_repeatable or time.monotonic() + wait >= end:
                    raise
            await asyncio.sleep(wait)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _items(self, method, request, options):
        """Yields the items of a stream. Opens it again when the service ends it before its last item."""
        while True:
            is_last = True
            async with contextlib.aclosing(self._send(method, request, options, None, new_id(), 0)) as answers:
                async for answer in answers:
                    if answer.kind == ITEM:
                        yield method.reply.FromString(answer.payload)
                    elif answer.status.code:
                        raise Failure.of(answer.status)
                    else:
                        is_last = not answer.status.reason
            if is_last:
                return
            await asyncio.sleep(SHORTEST_PAUSE)

    async def _send(self, method, request, options, timeout, request_id, attempt):
        connection = await self._connected(timeout)
        credential = self._client.credential if options.credential is None else options.credential
        call = connection.call(
            # The service ends a call at its deadline. Wait a little longer for this answer.
            timeout and timeout + 1, method.is_stream, method=method.name, timeout_us=int((timeout or 0) * 1e6),
            flags=2 if method.is_safe_to_repeat else 0, request_id=packed(request_id), attempt=attempt,
            credential=credential, payload=request.SerializeToString())
        async with contextlib.aclosing(call) as answers:
            async for answer in answers:
                yield answer

    async def _connected(self, timeout):
        """The open connection, or a new one to the next address that answers."""
        async with self._opening:
            if self._connection and self._connection.is_open:
                return self._connection
            problem = None
            for address in itertools.islice(self._addresses, self._count):
                host, port = address.rsplit(":", 1)
                try:
                    self._connection = await Connection.open(
                        host.strip("[]"), int(port), self._client.tls, min(timeout or CONNECT_TIMEOUT, CONNECT_TIMEOUT))
                    return self._connection
                except OSError as error:
                    problem = f"cannot connect to {address}: {error or 'no answer in time'}"
            raise Failure(UNAVAILABLE, "CANNOT_CONNECT", problem, NOT_PROCESSED)

    async def close(self):
        if self._connection:
            await self._connection.close()


class Options:
    """The settings of one call: the seconds until its deadline, the id of a write, and another credential."""

    def __init__(self, timeout=None, request_id=None, credential=None):
        self.timeout, self.request_id, self.credential = timeout, request_id, credential


async def solve(failure, request):
    """Puts the solution of the puzzle of a failure into the request. Returns False if there is none."""
    puzzle = failure.detail("Puzzle")
    if puzzle is None or puzzle.bits > MOST_BITS:
        return False
    request.solution.challenge = puzzle.challenge
    request.solution.nonce = await asyncio.to_thread(nonce, puzzle.challenge, puzzle.bits)
    return True


def nonce(challenge, bits):
    for number in itertools.count():
        digest = hashlib.sha256(challenge + number.to_bytes(8, "big")).digest()
        if int.from_bytes(digest, "big") >> (256 - bits) == 0:
            return number
