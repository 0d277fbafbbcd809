"""Hostile clients. Each attack runs in processes of its own until it is stopped."""

import collections
import contextlib
import errno
import multiprocessing
import resource
import selectors
import socket
import struct

# The bytes of each `send`.
CHUNK = 64 * 1024
fork = multiprocessing.get_context("fork")


def framed(envelope):
    packed = envelope.SerializeToString()
    return len(packed).to_bytes(4, "big") + packed


@contextlib.contextmanager
def running(attack, *arguments, processes=1):
    """Runs an attack from its first report until the end of the `with`."""
    receiver, reports = fork.Pipe(duplex=False)
    started = [fork.Process(target=attack, args=(reports, *arguments), daemon=True) for _ in range(processes)]
    for process in started:
        process.start()
    try:
        if not receiver.poll(60):
            raise AssertionError("the attack did not begin")
        yield
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.join()


def connected(address, receive_buffer=None, source=None):
    host, port = address.rsplit(":", 1)
    client = socket.socket()
    if source:
        client.bind((source, 0))
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    # A reset at the end, so that no port stays in TIME_WAIT.
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.settimeout(20)
    client.connect((host, int(port)))
    client.setblocking(False)
    return client


def allow_many_files():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Sender:
    """A connection that sends what `more` returns for as long as the server accepts it, and drops what it receives."""

    def __init__(self, address, more):
        self.address, self.more = address, more
        self.open()

    def open(self):
        self.socket = connected(self.address)
        self.round, self.rest = 0, b""

    def step(self):
        """Sends once and receives once. Returns false if the server has closed the connection."""
        try:
            if not self.rest:
                self.rest = memoryview(self.more(self.round))
                self.round += 1
            self.rest = self.rest[self.socket.send(self.rest[:CHUNK]):]
        except BlockingIOError:
            pass
        except OSError:
            return False
        try:
            return self.socket.recv(CHUNK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False


def flood(reports, address, connections, more):
    """Sends without end on some connections. Connects again where the server closes one."""
    senders = [Sender(address, more) for _ in range(connections)]
    reports.send("started")
    selector = selectors.DefaultSelector()
    for sender in senders:
        selector.register(sender.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, sender)
    while True:
        for key, _ in selector.select():
            sender = key.data
            if sender.step():
                continue
            selector.unregister(sender.socket)
            sender.socket.close()
            sender.open()
            selector.register(sender.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, sender)


def hold(reports, address, connections, requests):
    """Sends the same requests once on each connection, reads nothing, and stays connected."""
    allow_many_files()
    reports.send("started")
    held = []
    for _ in range(connections):
        client = connected(address, receive_buffer=4096)
        sent = memoryview(requests)
        try:
            while sent:
                sent = sent[client.send(sent):]
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EPIPE, errno.ECONNRESET):
                raise
        held.append(client)
    multiprocessing.Event().wait()


def begin_handshakes(reports, address, connections):
    """Opens connections without end, sends the first byte of TLS on each, and keeps the newest ones. They come from a
    network of their own, because the service takes the places of handshakes from the network that has most of them."""
    allow_many_files()
    reports.send("started")
    held = collections.deque()
    while True:
        client = connected(address, source="127.0.7.1")
        client.send(b"\x16")
        held.append(client)
        if len(held) > connections:
            held.popleft().close()
