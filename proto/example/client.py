#!/usr/bin/python3
"""Calls one method of an Onsale service: a client in another language than Swift, in full.

    client.py [--ca FILE] [--take N] [--request-id UUID] [--credential TEXT] [--print PATH] HOST:PORT METHOD [JSON]
    client.py --new-id
    client.py 127.0.0.1:7001 onsale.health.v1.Health/Check '{"service": "onsale.health.v1.Health"}'

Needs a protobuf library only: python3-protobuf of Debian, or `pip install protobuf`. The service describes its contract. Prints
the reply, or each item of a stream, as JSON; with --take, cancels the stream after N items. Ids in JSON are UUIDs. A write gets
a new request id; give the same --request-id to each retry. Exits with 1 and prints the failure where the call fails, and with 2
where a stream is to be opened again, on another connection.
"""

import argparse
import base64
import hashlib
import itertools
import json
import secrets
import socket
import ssl
import sys
import time
import types
import uuid

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

REQUEST, REPLY, ITEM, CANCEL, CREDIT, PING, PONG, GOAWAY = range(1, 9)
CANCELLED = 1
SAFE_TO_REPEAT = 2
LARGEST_FRAME = 2**24 - 1
MOST_PUZZLES = 5


class Protocol:
    """The messages and methods of some contracts, from a packed FileDescriptorSet."""

    def __init__(self, file_set):
        self.pool = descriptor_pool.DescriptorPool()
        library = descriptor_pb2.FileDescriptorProto()
        descriptor_pb2.DESCRIPTOR.CopyToProto(library)
        for file in [library, *descriptor_pb2.FileDescriptorSet.FromString(file_set).file]:
            self.pool.Add(file)
        self.id_option = self.pool.FindExtensionByName("onsale.rpc.v1.id")

    def message(self, name):
        described = self.pool.FindMessageTypeByName(name)
        if hasattr(message_factory, "GetMessageClass"):
            return message_factory.GetMessageClass(described)
        return message_factory.MessageFactory(self.pool).GetPrototype(described)

    def method(self, name):
        return self.pool.FindMethodByName(name.replace("/", "."))

    def is_id(self, field):
        """True for a field with the option `id`, which the library keeps in its packed form."""
        options = field.GetOptions().SerializeToString()
        return any(number == self.id_option.number for number, _ in fields(options))

    def read(self, text, name):
        """The message of JSON in which ids are UUIDs."""
        value = self.converted(json.loads(text), self.pool.FindMessageTypeByName(name), to_base64)
        return json_format.ParseDict(value, self.message(name)())

    def text(self, message):
        value = json_format.MessageToDict(message)
        return json.dumps(self.converted(value, message.DESCRIPTOR, to_uuid))

    def converted(self, value, described, convert):
        if not isinstance(value, dict):
            return value
        fields = {name: field for field in described.fields for name in (field.json_name, field.name)}
        return {name: self.converted_field(item, fields.get(name), convert) for name, item in value.items()}

    def converted_field(self, value, field, convert):
        if isinstance(value, list):
            return [self.converted_field(item, field, convert) for item in value]
        if field is None or field.message_type:
            return self.converted(value, field and field.message_type, convert)
        return convert(value) if self.is_id(field) else value


def new_id():
    """A UUIDv7."""
    bits = int(time.time() * 1000) << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62)
    return uuid.UUID(int=bits)


def to_base64(text):
    try:
        return base64.b64encode(uuid.UUID(text).bytes).decode()
    except (ValueError, AttributeError):
        return text


def to_uuid(text):
    packed = base64.b64decode(text)
    return str(uuid.UUID(bytes=packed)) if len(packed) == 16 else text


def fields(packed):
    """The numbers and values of the fields of a packed message, to read messages before their contract is known."""
    index = 0

    def varint():
        nonlocal index
        number = shift = 0
        while True:
            byte = packed[index]
            index += 1
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number

    while index < len(packed):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        else:
            size = varint() if tag & 7 == 2 else 8 if tag & 7 == 1 else 4
            index += size
            yield tag >> 3, packed[index - size : index]


class Failure(Exception):
    """A call failed. `status` is the reason."""

    def __init__(self, status):
        super().__init__(f"{status.code} {status.reason}: {status.message}")
        self.status = status
        self.not_processed = bool(status.flags & 1)
        self.indefinite = bool(status.flags & 2)

    @staticmethod
    def unpacked(status):
        """A failure from the fields of a packed status."""
        return Failure(
            types.SimpleNamespace(
                code=status.get(1, 0), message=status.get(2, b"").decode(), reason=status.get(3, b"").decode(),
                flags=status.get(4, 0), details=[]))


class OpenAgain(Exception):
    """The server ended a stream before its last item: at the time limit, or because the server shuts down."""


class Connection:
    """One connection, one call at a time. A client with several calls in flight matches replies by their id."""

    def __init__(self, address, protocol=None, authorities=None):
        """Without a protocol, uses the one that the service describes."""
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout=5)
        if authorities:
            tls = ssl.create_default_context(cafile=authorities)
            tls.set_alpn_protocols(["onsale/1"])
            self.socket = tls.wrap_socket(self.socket, server_hostname=host.strip("[]"))
        self.last_id = 0
        self.protocol = protocol or Protocol(self.describe())
        self.Envelope = self.protocol.message("onsale.rpc.v1.Envelope")

    def describe(self):
        """Returns the contracts of the service, with a request and a reply that need no contract."""
        self.last_id += 1
        method = b"onsale.reflection.v1.Reflection/DescribeProtocol"
        self.send_frame(bytes([1 << 3, self.last_id, 2 << 3, REQUEST, 3 << 3 | 2, len(method)]) + method)
        while True:
            envelope = dict(fields(self.receive_frame()))
            if envelope.get(2) == REPLY and 15 in envelope:
                return dict(fields(envelope[15]))[1]
            if envelope.get(2) in (REPLY, GOAWAY):
                status = envelope.get(5) or dict(fields(envelope.get(15, b""))).get(2, b"")
                raise Failure.unpacked(dict(fields(status)))

    def call(self, method, request, timeout=5.0, request_id=b"", credential=b"", credit=16, take=None):
        """Yields the reply, or the items of a stream as they arrive, at most `take` of them."""
        described = self.protocol.method(method)
        reply = self.protocol.message(described.output_type.full_name)
        level = described.GetOptions().idempotency_level
        self.last_id += 1
        taken = 0
        # The server ends a call at its deadline. A stream without new items sends nothing.
        self.socket.settimeout(None if is_stream(described) else timeout + 1)
        self.send(
            id=self.last_id, kind=REQUEST, method=method, timeout_us=0 if is_stream(described) else int(timeout * 1e6),
            flags=SAFE_TO_REPEAT if level else 0, request_id=request_id, credential=credential, credit=credit,
            payload=request.SerializeToString())
        while True:
            envelope = self.receive()
            if envelope.kind == PING:
                self.send(kind=PONG, id=envelope.id, payload=envelope.payload)
            elif envelope.kind == GOAWAY:
                goaway = self.protocol.message("onsale.rpc.v1.GoAway").FromString(envelope.payload)
                if goaway.last_id < self.last_id:
                    raise Failure(goaway.status)
            elif envelope.id == self.last_id and envelope.kind == ITEM:
                if taken == take:
                    continue  # The server sent it before it received CANCEL.
                taken += 1
                yield reply.FromString(envelope.payload)
                self.send(kind=CREDIT if taken != take else CANCEL, id=self.last_id, credit=1)
            elif envelope.id == self.last_id and envelope.kind == REPLY:
                if taken == take and envelope.status.code == CANCELLED:
                    return
                if envelope.status.code != 0:
                    raise Failure(envelope.status)
                if not is_stream(described):
                    yield reply.FromString(envelope.payload)
                elif envelope.status.reason:
                    raise OpenAgain(envelope.status.reason)
                return

    def send(self, **fields):
        self.send_frame(self.Envelope(**fields).SerializeToString())

    def send_frame(self, packed):
        self.socket.sendall(len(packed).to_bytes(4, "big") + packed)

    def receive(self):
        return self.Envelope.FromString(self.receive_frame())

    def receive_frame(self):
        size = int.from_bytes(self.receive_exactly(4), "big")
        if not 0 < size <= LARGEST_FRAME:
            raise ConnectionError(f"a frame of {size} bytes: this port has another protocol")
        return self.receive_exactly(size)

    def receive_exactly(self, count):
        received = b""
        while len(received) < count:
            more = self.socket.recv(count - len(received))
            if not more:
                raise ConnectionError("the server closed the connection")
            received += more
        return received


def solve(failure, protocol, request):
    """Puts the solution of a puzzle into the request. Returns False if the failure has none."""
    for detail in failure.status.details:
        if detail.type == "onsale.wallet.v1.Puzzle":
            puzzle = protocol.message(detail.type).FromString(detail.value)
            for nonce in itertools.count():
                digest = hashlib.sha256(puzzle.challenge + nonce.to_bytes(8, "big")).digest()
                if int.from_bytes(digest, "big") >> (256 - puzzle.bits) == 0:
                    request.solution.challenge = puzzle.challenge
                    request.solution.nonce = nonce
                    return True
    return False


def selected(text, path):
    """The value at a path in JSON, or all of it without a path."""
    if not path:
        return text
    value = json.loads(text)
    for name in path.split("."):
        value = value[int(name)] if isinstance(value, list) else value[name]
    return value


def is_stream(method):
    described = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(described)
    return described.server_streaming


def main():
    parser = argparse.ArgumentParser(description="Calls one method of an Onsale service.")
    parser.add_argument("--ca", metavar="FILE", help="use TLS, and trust these authorities")
    parser.add_argument("--request-id", metavar="UUID", type=uuid.UUID, help="the id of a write, the same on every retry")
    parser.add_argument("--take", metavar="N", type=int, help="cancel a stream after N items")
    parser.add_argument("--credential", metavar="TEXT", default="", help="the credential of the caller, in Base64")
    parser.add_argument("--print", metavar="PATH", default="", help="print one value, such as place.placeId or seats.0")
    parser.add_argument("--new-id", action="store_true", help="print a new id, such as that of a payment")
    parser.add_argument("address", metavar="HOST:PORT", nargs="?")
    parser.add_argument("method", metavar="METHOD", nargs="?")
    parser.add_argument("json", metavar="JSON", nargs="?", default="{}")
    given = parser.parse_intermixed_args()
    if given.new_id:
        return print(new_id())
    if not given.method:
        parser.error("HOST:PORT and METHOD are missing")

    try:
        connection = Connection(given.address, authorities=given.ca)
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)
    protocol = connection.protocol
    request = protocol.read(given.json, protocol.method(given.method).input_type.full_name)
    for puzzles in itertools.count():
        try:
            for answer in connection.call(
                given.method, request, request_id=(given.request_id or new_id()).bytes,
                credential=base64.b64decode(given.credential), take=given.take):
                print(selected(protocol.text(answer), given.print), flush=True)
            return
        except Failure as failure:
            if puzzles < MOST_PUZZLES and solve(failure, protocol, request):
                continue
            print(failure, file=sys.stderr)
            sys.exit(1)
        except OpenAgain as reason:
            print(f"open it again: {reason}", file=sys.stderr)
            sys.exit(2)


if __name__ == "__main__":
    main()
