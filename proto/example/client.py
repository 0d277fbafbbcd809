#!/usr/bin/python3
"""Calls one method of an Onsale service: a client in another language than Swift, in full.

    client.py [--proto FOLDER]... [--ca FILE] [--take N] HOST:PORT METHOD [JSON]
    client.py 127.0.0.1:7001 onsale.health.v1.Health/Check '{"service": "onsale.health.v1.Health"}'

Needs protoc and python3-protobuf. METHOD is one of the .proto files beside the folder of this file, or in FOLDER. Prints
the reply, or each item of a stream, as JSON; with --take, cancels the stream after N items. Exits with 1 and prints the
failure where the call fails, and with 2 where a stream is to be opened again, on another connection.
"""

import argparse
import hashlib
import itertools
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

REQUEST, REPLY, ITEM, CANCEL, CREDIT, PING, PONG, GOAWAY = range(1, 9)
CANCELLED = 1
SAFE_TO_REPEAT = 2
LARGEST_FRAME = 2**24 - 1
MOST_PUZZLES = 5


class Protocol:
    """The messages and methods of some .proto files."""

    def __init__(self, folders):
        files = [file for folder in folders for file in pathlib.Path(folder).glob("*.proto")]
        with tempfile.NamedTemporaryFile() as compiled:
            paths = [f"-I{folder}" for folder in folders]
            names = sorted(file.name for file in files)
            subprocess.run(["protoc", *paths, "--include_imports", f"-o{compiled.name}", *names], check=True)
            described = descriptor_pb2.FileDescriptorSet.FromString(pathlib.Path(compiled.name).read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in described.file:
            self.pool.Add(file)
        self.messages = message_factory.MessageFactory(self.pool)

    def message(self, name):
        return self.messages.GetPrototype(self.pool.FindMessageTypeByName(name))

    def method(self, name):
        return self.pool.FindMethodByName(name.replace("/", "."))


class Failure(Exception):
    """A call failed. `status` is the reason."""

    def __init__(self, status):
        super().__init__(f"{status.code} {status.reason}: {status.message}")
        self.status = status
        self.not_processed = bool(status.flags & 1)
        self.indefinite = bool(status.flags & 2)


class OpenAgain(Exception):
    """The server ended a stream before its last item: at the time limit, or because the server shuts down."""


class Connection:
    """One connection, one call at a time. A client with several calls in flight matches replies by their id."""

    def __init__(self, address, protocol, authorities=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host.strip("[]"), int(port)), timeout=5)
        if authorities:
            tls = ssl.create_default_context(cafile=authorities)
            tls.set_alpn_protocols(["onsale/1"])
            self.socket = tls.wrap_socket(self.socket, server_hostname=host.strip("[]"))
        self.protocol = protocol
        self.Envelope = protocol.message("onsale.rpc.v1.Envelope")
        self.last_id = 0

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
        packed = self.Envelope(**fields).SerializeToString()
        self.socket.sendall(len(packed).to_bytes(4, "big") + packed)

    def receive(self):
        size = int.from_bytes(self.receive_exactly(4), "big")
        if not 0 < size <= LARGEST_FRAME:
            raise ConnectionError(f"a frame of {size} bytes: this port has another protocol")
        return self.Envelope.FromString(self.receive_exactly(size))

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


def is_stream(method):
    described = descriptor_pb2.MethodDescriptorProto()
    method.CopyToProto(described)
    return described.server_streaming


def main():
    parser = argparse.ArgumentParser(description="Calls one method of an Onsale service.")
    parser.add_argument("--proto", metavar="FOLDER", action="append", default=[], help="more .proto files")
    parser.add_argument("--ca", metavar="FILE", help="use TLS, and trust these authorities")
    parser.add_argument("--request-id", metavar="HEX", default="", help="16 bytes, the same on every retry")
    parser.add_argument("--take", metavar="N", type=int, help="cancel a stream after N items")
    parser.add_argument("--credential", metavar="HEX", default="", help="the credential of the caller")
    parser.add_argument("address", metavar="HOST:PORT")
    parser.add_argument("method", metavar="METHOD")
    parser.add_argument("json", metavar="JSON", nargs="?", default="{}")
    given = parser.parse_args()

    protocol = Protocol([pathlib.Path(__file__).resolve().parent.parent, *given.proto])
    request = protocol.message(protocol.method(given.method).input_type.full_name)()
    json_format.Parse(given.json, request)
    connection = Connection(given.address, protocol, given.ca)
    for puzzles in itertools.count():
        try:
            for answer in connection.call(
                given.method, request, request_id=bytes.fromhex(given.request_id),
                credential=bytes.fromhex(given.credential), take=given.take):
                print(json_format.MessageToJson(answer, indent=None), flush=True)
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
