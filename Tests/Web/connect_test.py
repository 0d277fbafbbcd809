"""The client of PyPI `connectrpc` calls the services over HTTP, in both codecs. `check` runs it."""

import threading
import unittest
import uuid

import concert_connect
import concert_pb2
import queue_connect
import queue_pb2
import rpc_pb2
import wallet_connect
import wallet_pb2
from connectrpc.code import Code
from connectrpc.errors import ConnectError

from edge import PASSWORD, PATIENCE, Edge, bearer, request_id


class Calls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.edge = cls.enterClassContext(Edge())
        cls.edge.open_sale()
        cls.operator = bearer(cls.edge.operator())

    def clients(self, **options):
        return [kind(self.edge.url, **options) for kind in (
            queue_connect.QueueClientSync, concert_connect.ConcertClientSync, wallet_connect.WalletClientSync)]

    def buyer(self, wallet, name):
        """The headers of a new user with 500.00 EUR."""
        session = wallet.sign_up(wallet_pb2.SignUpRequest(name=name, password=PASSWORD), headers=request_id()).session
        headers = bearer(session.credential)
        wallet.top_up(
            wallet_pb2.TopUpRequest(currency="EUR", amount=500_00), headers=headers | request_id())
        return headers

    def buy(self, name, **options):
        queue, concert, wallet = self.clients(**options)
        headers = self.buyer(wallet, name)
        room = queue.find_room(queue_pb2.FindRoomRequest(name="spring"), use_get=True).room
        place = queue.join(queue_pb2.JoinRequest(room_id=room.room_id), headers=headers | request_id()).place
        ids = {"room_id": room.room_id, "place_id": place.place_id}
        while place.state not in (queue_pb2.ADMITTED, queue_pb2.ACTIVE):
            place = queue.show_place(queue_pb2.ShowPlaceRequest(**ids), headers=headers, use_get=True).place
        entry = queue.renew(queue_pb2.RenewRequest(**ids), headers=headers | request_id())
        show = concert.list_concerts(concert_pb2.ListConcertsRequest(name="spring-gala"), use_get=True).concerts[0]
        date = concert.list_schedules(
            concert_pb2.ListSchedulesRequest(concert_id=show.concert_id), use_get=True).schedules[0]
        reservation = concert.reserve_seats(
            concert_pb2.ReserveSeatsRequest(**{
                "concert_id": show.concert_id, "schedule_id": date.schedule_id, "pass": getattr(entry, "pass"),
                "best": concert_pb2.BestSeats(count=2, grade="A")}),
            headers=headers | request_id()).reservation
        request = wallet_pb2.PayRequest(
            payment_id=uuid.uuid4().bytes, concert_id=show.concert_id, reservation_id=reservation.reservation_id,
            currency="EUR", amount=reservation.amount)
        outcome = wallet_pb2.PENDING
        while outcome == wallet_pb2.PENDING:
            outcome = wallet.pay(request, headers=headers | request_id()).payment.outcome
        self.assertEqual(outcome, wallet_pb2.PAID)

    def test_a_user_buys_over_the_binary_codec(self):
        self.buy("alice")

    def test_a_user_buys_over_json(self):
        self.buy("bob", proto_json=True)

    def test_a_user_buys_with_requests_that_are_not_compressed(self):
        self.buy("carol", send_compression=None)

    def failure(self, call, *arguments, **options):
        with self.assertRaises(ConnectError) as caught:
            call(*arguments, **options)
        return caught.exception

    def details(self, error):
        """The reason, and the other details, of a failure."""
        found = {}
        for detail in error.details:
            name = detail.type_url.rsplit("/", 1)[-1]
            kind = {
                "onsale.rpc.v1.Status": rpc_pb2.Status, "onsale.rpc.v1.FieldViolation": rpc_pb2.FieldViolation,
                "onsale.concert.v1.TakenSeats": concert_pb2.TakenSeats}[name]
            found[name.rsplit(".", 1)[-1]] = kind.FromString(detail.value)
        return found

    def test_the_failures_of_all_services_have_codes_and_details(self):
        for proto_json in (False, True):
            queue, concert, wallet = self.clients(proto_json=proto_json)
            error = self.failure(queue.find_room, queue_pb2.FindRoomRequest(name="nothing"))
            self.assertEqual(error.code, Code.NOT_FOUND)
            self.assertEqual(self.details(error)["Status"].reason, "ROOM_UNKNOWN")
            error = self.failure(
                concert.create_concert, concert_pb2.CreateConcertRequest(name="No Name"),
                headers=self.operator | request_id())
            self.assertEqual(error.code, Code.INVALID_ARGUMENT)
            self.assertEqual(self.details(error)["FieldViolation"].field, "name")
            error = self.failure(wallet.show_balance, wallet_pb2.ShowBalanceRequest())
            self.assertEqual(error.code, Code.UNAUTHENTICATED)
            self.assertEqual(self.details(error)["Status"].reason, "CREDENTIAL_MISSING")

    def test_a_deadline_of_the_client_is_kept(self):
        queue, *_ = self.clients()
        with self.edge.frozen("queue"):
            error = self.failure(queue.find_room, queue_pb2.FindRoomRequest(name="spring"), timeout_ms=300)
            self.assertEqual(error.code, Code.DEADLINE_EXCEEDED)
        queue.find_room(queue_pb2.FindRoomRequest(name="spring"))

    def test_many_clients_at_once_are_answered(self):
        failures = []

        def ask():
            try:
                queue, *_ = self.clients()
                for _ in range(20):
                    queue.find_room(queue_pb2.FindRoomRequest(name="spring"))
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


class Restarts(unittest.TestCase):
    def test_an_outage_of_a_service_is_unavailable_and_ends_by_itself(self):
        with Edge() as edge:
            edge.open_sale()
            queue = queue_connect.QueueClientSync(edge.url)
            queue.find_room(queue_pb2.FindRoomRequest(name="spring"))
            edge.stop("queue")
            with self.assertRaises(ConnectError) as caught:
                queue.find_room(queue_pb2.FindRoomRequest(name="spring"))
            self.assertEqual(caught.exception.code, Code.UNAVAILABLE)
            edge.start("queue", "QueueService", "--database", f"sqlite://{edge.folder}/queue.db", "--keys", "keys")
            queue.find_room(queue_pb2.FindRoomRequest(name="spring"))

    def test_sigterm_answers_the_requests_in_flight(self):
        with Edge() as edge:
            edge.open_sale()
            queue = queue_connect.QueueClientSync(edge.url)
            answers = []
            asking = threading.Thread(target=lambda: answers.append(
                queue.find_room(queue_pb2.FindRoomRequest(name="spring"))))
            with edge.frozen("queue"):
                asking.start()
                edge.wait_for("http_requests_in_flight", 1)
                edge.process.terminate()
                edge.logged("edge", r"(stopping)")
            asking.join()
            self.assertEqual([answer.room.name for answer in answers], ["spring"])
            self.assertEqual(edge.processes.pop("edge").wait(PATIENCE), 0)
