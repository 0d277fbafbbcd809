"""Attacks on the handshakes and records of TLS, while an honest client uses the service and an untouched one."""

import multiprocessing
import ssl
import statistics
import time
import unittest

from attack_test import PATIENCE, PLACE_OF_BOB, Site
from attackers import allow_many_files, connected, running
from honest import measure, resident_megabytes

ROUNDS, SECONDS = 3, 3
HELLOS_PER_SECOND = 2000
# The p99 of the honest client may move by this many milliseconds.
MOVE = 3
RECORDS, RECORD_BYTES = 10_000, 16 * 1024
# The memory of a connection with a half-sent record: 13.3 KiB for the session, 16.3 KiB for the record, and our own.
RECORD_MEGABYTES = 0.040


class Handshake:
    """One side of TLS without a network."""

    def __init__(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.set_alpn_protocols(["onsale/1"])
        self.received, self.sent = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.object = context.wrap_bio(self.received, self.sent)

    def step(self):
        """Returns true if the handshake is complete."""
        try:
            self.object.do_handshake()
            return True
        except ssl.SSLWantReadError:
            return False


def hello():
    handshake = Handshake()
    handshake.step()
    return handshake.sent.read()


def connect_often(reports, address, rate, first_bytes):
    """Connects `rate` times a second, sends the same first bytes each time, and drops the connection a moment later."""
    allow_many_files()
    begun, count, open_ones = time.monotonic(), 0, []
    reports.send("started")
    while True:
        count += 1
        time.sleep(max(0, begun + count / rate - time.monotonic()))
        client = connected(address)
        client.send(first_bytes)
        open_ones.append(client)
        if len(open_ones) > 50:
            open_ones.pop(0).close()


def hold_half_records(reports, address, count):
    """Completes handshakes, and sends all but the last byte of a large record on each."""
    allow_many_files()
    reports.send("started")
    held = []
    for _ in range(count):
        client, handshake = connected(address), Handshake()
        client.setblocking(True)
        client.settimeout(PATIENCE)
        while not handshake.step():
            client.sendall(handshake.sent.read())
            handshake.received.write(client.recv(65536))
        handshake.object.write(bytes(RECORD_BYTES))
        client.sendall(handshake.sent.read()[:-1])
        held.append(client)
    multiprocessing.Event().wait()


class Handshakes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.attacked, cls.control = cls.enterClassContext(Site()), cls.enterClassContext(Site())

    def show_place(self, site):
        performer = site.performer()
        self.addCleanup(performer.close)
        return lambda: site.perform("queue.ShowPlace", "bob", PLACE_OF_BOB, performer)

    def resident(self):
        return resident_megabytes(self.attacked.processes["queue"])

    def test_handshakes_that_never_end(self):
        calls = self.show_place(self.attacked), self.show_place(self.control)
        measure(*calls, seconds=0.5)
        moves = []
        for _ in range(ROUNDS):
            with running(connect_often, self.attacked.addresses["queue"], HELLOS_PER_SECOND, hello()):
                attacked, control = measure(*calls, SECONDS)
            moves.append(attacked - control)
            print(f"{HELLOS_PER_SECOND} handshakes a second: p99 {attacked:.1f} ms, control {control:.1f} ms", flush=True)
        self.assertLess(statistics.median(moves), MOVE)
        count = self.attacked.metric('rpc_handshakes_total{outcome="refused"}')
        print(f"handshakes that never end: {count} were refused", flush=True)
        self.assertGreater(count, ROUNDS * SECONDS * 100, "the attack did not reach the service")

    def test_half_sent_records(self):
        before, address = self.resident(), self.attacked.addresses["queue"]
        calls = self.show_place(self.attacked), self.show_place(self.control)

        def established():
            return self.attacked.metric('rpc_handshakes_total{outcome="established"}')

        with running(hold_half_records, address, RECORDS // 2, processes=2):
            limit = time.monotonic() + PATIENCE
            while established() < RECORDS and time.monotonic() < limit:
                time.sleep(0.5)
            self.assertEqual(established(), RECORDS)
            most = self.resident()
            attacked, control = measure(*calls, SECONDS)
        print(f"{RECORDS} half-sent records: {before:.0f} MB before, {most:.0f} MB with them; "
              f"p99 {attacked:.1f} ms, control {control:.1f} ms", flush=True)
        self.assertLess(most, before + RECORDS * RECORD_MEGABYTES)


if __name__ == "__main__":
    unittest.main()
