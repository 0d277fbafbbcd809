"""The attacks of security.md, each against one site, while an honest client uses it and an untouched one. `check` runs it."""

import os
import re
import select
import time
import unittest
import urllib.request

import contract as contracts
from attackers import begin_handshakes, connected, flood, framed, hold, running
from honest import kernel_megabytes, make_handshake, measure, resident_megabytes
from onsale import PROGRAMS, Onsale
from replay import Performer
from values import FAR, PAST, DAY, Keys, Values
from wire import CANCEL, CREDIT, PONG, REQUEST

HELLO, UNKNOWN_KIND = 9, 77
CONTRACT = contracts.Contract()
Envelope = CONTRACT.message("onsale.rpc.v1.Envelope")
# The attacked service may be this many times slower for an honest client than the other one, in the best of some rounds.
SLOWER, ROUNDS, SECONDS = 3, 5, 3
# Memory after an attack, compared with the memory before it.
MORE_MEMORY = 1.2
PATIENCE = 120


class Site(Onsale):
    """Queue and Concert, with an open room and a sale."""

    def __init__(self):
        super().__init__(PROGRAMS, is_started=False)

    def __enter__(self):
        super().__enter__()
        try:
            self.start("queue", "concert")
            self.open_sale()
        except BaseException:
            self.__exit__()
            raise
        return self

    def open_sale(self):
        self.perform("queue.CreateRoom", "operator", {"name": "room"}, id="$room")
        self.perform("queue.OpenRoom", "operator", {"roomId": "$room"}, id="$open")
        for user in ("alice", "bob"):
            self.perform("queue.Join", user, {"roomId": "$room"}, id=f"$place-of-{user}")
        tour = {"name": "tour", "title": "Tour", "host": "Hall", "currency": "EUR"}
        self.perform("concert.CreateConcert", "operator", tour, id="$tour")
        settings = {
            "name": "friday", "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR,
            "holdMs": DAY, "seatsPerUser": 50}
        self.perform("concert.AddSchedule", "operator", {"concertId": "$tour", "settings": settings}, id="$friday")
        rows = [{"section": "Hall", "row": str(row), "firstNumber": 1, "lastNumber": 200} for row in range(1, 101)]
        self.perform("concert.SetSeats", "operator", {
            "concertId": "$tour", "scheduleId": "$friday",
            "offers": [{"grade": "A", "price": 100, "seats": row} for row in rows]}, id="$hall")

    def performer(self):
        return Performer(self.addresses, Values(Keys(self.keys)), CONTRACT)

    def perform(self, call, user, request, performer=None, **more):
        own = performer or self.performer()
        try:
            answer = own.perform({"call": call, "as": user, "request": request, **more})
        finally:
            if not performer:
                own.close()
        if "fails" in answer:
            raise AssertionError(f"{call} of {user} fails: {answer['fails']}")
        return answer

    def request(self, call, user, content, number, id=None):
        """Returns a REQUEST as an envelope."""
        performer = self.performer()
        name = performer.full_name(call)
        message = CONTRACT.message(CONTRACT.method(name).input_type.full_name)()
        contracts.build(message, content, performer.values)
        return Envelope(
            id=number, kind=REQUEST, method=name, credential=performer.values.credential(user) if user else b"",
            request_id=id or b"", payload=message.SerializeToString())

    def metric(self, pattern):
        """Returns a metric of QueueService."""
        metrics = urllib.request.urlopen(f"http://{self.status['queue']}/metrics", timeout=PATIENCE).read().decode()
        return int(float(re.search(rf"^{pattern} (\S+)$", metrics, re.M).group(1)))

    def streams(self):
        return self.metric("rpc_streams(?:{[^}]*})?")


PLACE_OF_BOB = {"roomId": "$room", "placeId": "$place-of-bob"}


class Attacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.attacked, cls.control = cls.enterClassContext(Site()), cls.enterClassContext(Site())
        # 200 send nothing, and 200 only a frame without meaning.
        cls.silent = [connected(cls.control.addresses["queue"]) for _ in range(200)]
        cls.idle = [connected(cls.control.addresses["queue"]) for _ in range(200)]
        for client in cls.idle:
            client.send(framed(Envelope(kind=PONG)))

    @classmethod
    def tearDownClass(cls):
        for client in cls.silent + cls.idle:
            client.close()

    # Honest calls: each returns a function that calls once.

    def show_place(self, site):
        performer = site.performer()
        self.addCleanup(performer.close)
        return lambda: site.perform("queue.ShowPlace", "bob", PLACE_OF_BOB, performer)

    def reserve_seat(self, site):
        performer = site.performer()
        self.addCleanup(performer.close)

        def reserve():
            name = os.urandom(8).hex()
            site.perform("concert.ReserveSeats", f"user-{name}", {
                "concertId": "$tour", "scheduleId": "$friday", "best": {"count": 1, "grade": "A"}}, performer, id=f"${name}")
        return reserve

    def memory_of(self, call, service):
        """Returns a function for the memory of a service, and its value once the caches of an honest call are filled."""
        measure(call(self.attacked), call(self.control), seconds=1)
        memory = lambda: resident_megabytes(self.attacked.processes[service])
        return memory, memory()

    # Expectations.

    def expect_served(self, name, attack, call):
        """Attacks and measures in rounds, until the honest client was served well in one."""
        calls = call(self.attacked), call(self.control)
        measure(*calls, seconds=0.5)
        rounds = []
        for _ in range(ROUNDS):
            with attack():
                attacked, control = measure(*calls, SECONDS)
            rounds.append(f"{attacked:.1f} ms, control {control:.1f} ms")
            print(f"{name}: p99 {rounds[-1]}", flush=True)
            if attacked <= SLOWER * control:
                return
        self.fail(f"{name}: the honest client was more than {SLOWER} times slower in each round: {rounds}")

    def expect_memory_back(self, name, before, memory):
        limit = time.monotonic() + PATIENCE
        while memory() > before * MORE_MEMORY and time.monotonic() < limit:
            time.sleep(0.2)
        print(f"{name}: memory {before:.0f} MB before, {memory():.0f} MB after", flush=True)
        self.assertLessEqual(memory(), before * MORE_MEMORY)

    # The attacks.

    def test_frames_that_mean_nothing(self):
        memory, before = self.memory_of(self.show_place, "queue")
        for name, envelope in {
            "PONG": Envelope(kind=PONG), "HELLO": Envelope(kind=HELLO),
            "CANCEL": Envelope(id=99, kind=CANCEL), "CREDIT": Envelope(id=99, kind=CREDIT, credit=1),
            "unknown": Envelope(id=99, kind=UNKNOWN_KIND),
        }.items():
            chunk = framed(envelope) * 20_000
            self.expect_served(
                f"frames {name}",
                lambda: running(flood, self.attacked.addresses["queue"], 10, lambda _: chunk, processes=2),
                self.show_place)
        self.expect_memory_back("frames", before, memory)

    def test_streams_of_one_user(self):
        memory, before = self.memory_of(self.show_place, "queue")
        place = {"roomId": "$room", "placeId": "$place-of-alice"}
        template = self.attacked.request("queue.WatchPlace", "alice", place, 1)
        requests = []
        for number in range(1, 1001):
            template.id = number
            requests.append(framed(template))
        attack = lambda: running(hold, self.attacked.addresses["queue"], 66, b"".join(requests))
        self.expect_served("streams of one user", attack, self.show_place)
        with attack():
            limit = time.monotonic() + PATIENCE
            while self.attacked.streams() < 64 and time.monotonic() < limit:
                time.sleep(0.05)
            self.attacked.perform("queue.WatchPlace", "bob", PLACE_OF_BOB, take=1)
            held, resident = self.attacked.streams(), memory()
        print(f"streams of one user: {held} streams, {resident:.0f} MB during the attack", flush=True)
        self.assertLessEqual(held, 65)
        self.expect_memory_back("streams of one user", before, memory)

    def test_readers_that_do_not_read(self):
        memory, before = self.memory_of(self.show_place, "queue")
        kernel = kernel_megabytes()
        requests = b"".join(
            framed(Envelope(id=number, kind=REQUEST, method="onsale.reflection.v1.Reflection/DescribeProtocol"))
            for number in range(1, 201))
        most = []

        def call(site):
            show = self.show_place(site)

            def once():
                most.append((memory(), kernel_megabytes() - kernel))
                show()
            return once
        self.expect_served(
            "readers that do not read",
            lambda: running(hold, self.attacked.addresses["queue"], 200, requests, processes=2), call)
        resident, pinned = (max(values) for values in zip(*most))
        print(f"readers that do not read: at most {resident:.0f} MB, and {pinned:.0f} MB in the kernel", flush=True)
        self.assertLessEqual(pinned, 400 * 0.6)  # Two buffers of 256 KiB for each connection.
        self.assertLessEqual(resident - before, 450)
        self.expect_memory_back("readers that do not read", before, memory)

    def test_reservations_that_are_cancelled(self):
        memory, before = self.memory_of(self.reserve_seat, "concert")
        seat = {"concertId": "$tour", "scheduleId": "$friday", "best": {"count": 1, "grade": "A"}}
        template = self.attacked.request("concert.ReserveSeats", "alice", seat, 1)

        def more(round):
            frames = []
            for number in range(round * 100 + 1, round * 100 + 101):
                template.id, template.request_id = number, os.urandom(6) + b"\x70\x00\x80" + os.urandom(7)
                frames += framed(template), framed(Envelope(id=number, kind=CANCEL))
            return b"".join(frames)
        self.expect_served(
            "reservations that are cancelled",
            lambda: running(flood, self.attacked.addresses["concert"], 4, more, processes=2), self.reserve_seat)
        self.expect_memory_back("reservations that are cancelled", before, memory)

    def test_handshakes_that_do_not_end(self):
        memory, before = self.memory_of(self.show_place, "queue")
        address = self.attacked.addresses["queue"]
        attack = lambda: running(begin_handshakes, address, 2000)
        self.expect_served("handshakes that do not end", attack, self.show_place)
        with attack():
            for _ in range(20):
                make_handshake(address)
        self.expect_memory_back("handshakes that do not end", before, memory)

    def test_silent_connections_are_closed(self):
        limit = time.monotonic() + PATIENCE
        idle, received = set(self.idle), {client: b"" for client in self.silent + self.idle}
        while received and time.monotonic() < limit:
            for client in select.select(list(received), [], [], 1)[0]:
                more = client.recv(4096)
                received[client] += more
                if not more:
                    last = received.pop(client)
                    # The service cannot send a reason before it knows whether the client uses TLS.
                    self.assertEqual(b"CONNECTION_IDLE" in last, client in idle)
        self.assertEqual(len(received), 0, "these connections are still open")


if __name__ == "__main__":
    unittest.main()
