"""The seats of the concert of `concert.py`, from the reservation to the gate."""

from calls.script import state

DAY = 86_400_000
MOST = {"uint32": 2**32 - 1, "uint64": 2**64 - 1}
MOON = {"concertId": "$moon"}
FRIDAY = {"concertId": "$moon", "scheduleId": "$friday"}
TEXTS = ["", "t", "t" * 200, "t" * 201, "é" * 100, "é" * 101, "\u0007bell", " ", "line\nline"]


def reserve(s):
    def named(*names):
        return {**FRIDAY, "seats": {"names": list(names)}}

    s.call("ReserveSeats", "alice", named("Stalls-1-3", "Stalls-1-4"), id="alice-3")
    s.call("ReserveSeats", "alice", named("Stalls-1-4", "Stalls-1-3"), id="alice-3")
    s.call("ReserveSeats", "alice", named("Stalls-1-3"), id="alice-3")
    s.call("ReserveSeats", "bob", named("Stalls-1-3", "Stalls-1-4"), id="alice-3")
    s.call("ReserveSeats", "bob", named("Stalls-1-20"), id="alice-3")
    s.call("ReserveSeats", "bob", named("Stalls-1-3"))
    s.call("ReserveSeats", "bob", named("1"), id=None)
    s.call("ReserveSeats", "bob", named("4"))
    s.call("ReserveSeats", "bob", named("Stalls-1-5", "Stalls-1-3", "4"))
    for name in ("", "0", "00", "01", "99999", "100000", "x", "-1", "Stalls-1-", "Stalls--1", "-1-1", "a-b-c-1",
                 "Stalls-1-99",
                 "Nowhere-1-1", "ℌ-1-1", "Stalls-1-٣", "1\u0007", "+1", " 1"):
        s.call("ReserveSeats", "bob", named(name))
    s.call("ReserveSeats", "bob", named())
    s.call("ReserveSeats", "bob", named("1", "1"))
    s.call("ReserveSeats", "bob", named(*(f"{number}" for number in range(1, 51))))
    s.call("ReserveSeats", "bob", named(*(f"{number}" for number in range(1, 52))))
    s.call("ReserveSeats", "bob", FRIDAY)
    for count, grade in ((0, "S"), (1, ""), (51, "S"), (50, "S"), (5, "S"), (1, "Z"), (MOST["uint32"], "S"),
                         (1, "G" * 33)):
        s.call("ReserveSeats", "bob", {**FRIDAY, "best": {"count": count, "grade": grade}})
    best = {**FRIDAY, "best": {"count": 3, "grade": "S"}}
    s.call("ReserveSeats", "bob", best, id="bob-best")
    s.call("ReserveSeats", "bob", best, id="bob-best")
    s.call("ReserveSeats", "bob", {**FRIDAY, "best": {"count": 2, "grade": "S"}}, id="bob-best")
    s.call("ReserveSeats", "carol", best)
    s.ids("ReserveSeats", "bob", named("1"), "concertId", "scheduleId")
    for date in ("closed-sale", "early-sale", "no-such-date"):
        s.call("ReserveSeats", "bob", {**named("1"), "scheduleId": "$" + date})
    few = {**MOON, "scheduleId": "$few"}
    s.call("ReserveSeats", "bob", {**few, "seats": {"names": ["1", "2", "3"]}})
    s.call("ReserveSeats", "bob", {**few, "seats": {"names": ["1", "2"]}})
    s.call("ReserveSeats", "bob", {**few, "seats": {"names": ["3"]}})
    s.call("ReserveSeats", "alice", {**MOON, "scheduleId": "$guarded", "pass": "$pass(room, place, alice)",
                                     "seats": {"names": ["Stalls-1-1"]}}, id="with-a-pass")


def crowd(s):
    """The largest number of reservations of one user, and one more."""
    for number in range(65):
        date, seat = 1 + number // 33, 1 + number % 33
        name = f"{seat}" if seat <= 4 else f"Stalls-1-{seat - 4}" if seat <= 24 else f"Balcony-A-{seat - 24}"
        s.call("ReserveSeats", "greedy", {**MOON, "scheduleId": f"$crowd-{date}", "seats": {"names": [name]}})
    s.call("ReserveSeats", "modest", {**MOON, "scheduleId": "$crowd-1", "seats": {"names": ["Balcony-A-9"]}})


def releases(s):
    mine = {**MOON, "reservationId": "$alice-3"}
    for method in ("ShowReservation", "ReleaseReservation"):
        id = None if method == "ShowReservation" else "new"
        s.call(method, "bob", mine, id=id)
        s.call(method, "alice", {**mine, "reservationId": "$no-such-reservation"}, id=id)
        s.call(method, "alice", {**mine, "concertId": "$no-such-concert"}, id=id)
        s.ids(method, "alice", mine, "concertId", "reservationId", id=id)
    s.read("ShowReservation", "alice", mine)
    s.call("ReserveSeats", "alice", {**FRIDAY, "seats": {"names": ["Stalls-1-8"]}}, id="given-up")
    given_up = {**MOON, "reservationId": "$given-up"}
    s.call("ReleaseReservation", "alice", given_up, id=None)
    s.call("ReleaseReservation", "alice", given_up)
    s.call("ReserveSeats", "alice", {**FRIDAY, "seats": {"names": ["Stalls-1-8"]}}, id="given-up")
    short = {**MOON, "scheduleId": "$short", "seats": {"names": ["Stalls-1-1"]}}
    s.call("ReserveSeats", "alice", short, id="expires")
    s.read("ShowReservation", "alice", {**MOON, "reservationId": "$expires"},
           until=state("reservation.state", "EXPIRED"))
    s.call("ReleaseReservation", "alice", {**MOON, "reservationId": "$expires"})
    s.call("ReserveSeats", "bob", short, id="takes-over")
    s.read("ShowReservation", "bob", {**MOON, "reservationId": "$takes-over"},
           until=state("reservation.state", "EXPIRED"))
    s.read("ListReservations", "alice", MOON)
    s.read("ListReservations", "nobody-special", MOON)
    s.read("ListReservations", "alice", {"concertId": "$no-such-concert"})
    s.ids("ListReservations", "alice", MOON, "concertId", id=None)


def decisions(s):
    base = {**MOON, "paymentId": "$payment", "reservationId": "$alice-3", "userId": "$alice", "amount": 10_000,
            "currency": "EUR"}
    s.ids("Confirm", "service", base, "concertId", "paymentId", "reservationId", "userId")
    for amount in (2**63, MOST["uint64"]):
        s.call("Confirm", "service", {**base, "amount": amount})
    for currency in ("", "eur", "XXX"):
        s.call("Confirm", "service", {**base, "currency": currency})
    wrong = {"userId": "$bob", "amount": 9_999, "currency": "USD", "reservationId": "$no-such-reservation",
             "concertId": "$no-such-concert"}
    for field, value in wrong.items():
        s.call("Confirm", "service", {**base, "paymentId": f"$wrong-{field.lower()}", field: value})
    for reservation in ("given-up", "takes-over"):
        s.call("Confirm", "service", {**base, "paymentId": f"$for-{reservation}", "reservationId": "$" + reservation})
    s.call("Confirm", "service", base, id=None)
    s.call("Confirm", "service", base)
    s.call("Confirm", "service", {**base, "paymentId": "$second"})
    s.call("Confirm", "service", {**base, "amount": 1})
    abort = {**MOON, "paymentId": "$payment", "reservationId": "$alice-3"}
    s.call("Abort", "service", abort)
    s.call("Abort", "service", {**abort, "paymentId": "$aborted"}, id=None)
    s.call("Abort", "service", {**abort, "paymentId": "$aborted"})
    s.call("Confirm", "service", {**base, "paymentId": "$aborted"})
    s.call("Abort", "service", {**abort, "paymentId": "$wrong-userid"})
    s.call("Abort", "service", {**abort, "concertId": "$no-such-concert", "paymentId": "$any"})
    s.ids("Abort", "service", abort, "concertId", "paymentId", "reservationId")
    s.call("Confirm", "service", {**base, "paymentId": "$free-payment", "reservationId": "$bob-best",
                                  "userId": "$bob", "amount": 0})
    s.call("Confirm", "service", {**base, "paymentId": "$with-a-pass-payment", "reservationId": "$with-a-pass",
                                  "amount": 5000})
    s.call("ReserveSeats", "carol", {**FRIDAY, "seats": {"names": ["Stalls-1-3"]}})
    s.call("ReserveSeats", "carol", {**FRIDAY, "seats": {"names": ["Stalls-1-3", "4"]}})
    s.call("ReleaseReservation", "alice", {**MOON, "reservationId": "$alice-3"})
    for date in ("no-cancel", "late-cancel"):
        s.call("ReserveSeats", "alice", {**MOON, "scheduleId": "$" + date, "seats": {"names": ["Stalls-1-1"]}},
               id=date + "-hold")
        s.call("Confirm", "service", {**base, "paymentId": f"${date}-payment", "reservationId": f"${date}-hold",
                                      "amount": 5000})


def cancels(s):
    base = {**MOON, "reservationId": "$alice-3", "reason": "ill"}
    s.ids("CancelReservation", "alice", base, "concertId", "reservationId")
    s.sweep("CancelReservation", "alice", {**base, "reservationId": "$no-such-reservation"}, "reason", TEXTS)
    s.call("CancelReservation", "alice", base, id=None)
    s.call("CancelReservation", "bob", base)
    for reservation in ("given-up", "expires", "no-cancel-hold", "late-cancel-hold"):
        s.call("CancelReservation", "alice", {**base, "reservationId": "$" + reservation})
    s.call("CancelReservation", "operator", {**base, "reservationId": "$no-such-reservation"})
    s.call("CancelReservation", "operator", {**base, "reservationId": "$late-cancel-hold"}, id="operator-refund")
    s.call("CancelReservation", "alice", base, id="refund")
    s.call("CancelReservation", "alice", base, id="refund")
    s.call("CancelReservation", "alice", {**base, "reason": "well"}, id="refund")
    s.call("CancelReservation", "alice", base)
    s.call("ReleaseReservation", "alice", {**MOON, "reservationId": "$alice-3"})
    s.read("ListRefundsDue", "service", {})
    s.read("ListRefundsDue", "service", MOON)
    s.read("ListRefundsDue", "service", {"concertId": "$no-such-concert"})
    s.read("ListRefundsDue", "service", {"afterConcertId": "$moon", "afterRefundId": "$refund"})
    s.read("ListRefundsDue", "service", {"afterConcertId": "$moon"})
    s.read("ListRefundsDue", "service", {"afterRefundId": "$refund"})
    s.ids("ListRefundsDue", "service", {}, "concertId", id=None, may_be_empty=("concertId",))
    s.ids("ListRefundsDue", "service", {"afterRefundId": "$refund"}, "afterConcertId", id=None,
          may_be_empty=("afterConcertId",))
    s.ids("ListRefundsDue", "service", {"afterConcertId": "$moon"}, "afterRefundId", id=None,
          may_be_empty=("afterRefundId",))
    acknowledge = {**MOON, "refundId": "$refund"}
    s.ids("AcknowledgeRefund", "service", {**acknowledge, "paymentId": "$payment"}, "concertId", "refundId",
          "paymentId",
          may_be_empty=("paymentId",))
    s.call("AcknowledgeRefund", "service", {**acknowledge, "paymentId": "$another"})
    s.read("ListRefundsDue", "service", MOON)
    s.call("AcknowledgeRefund", "service", {**acknowledge, "paymentId": "$payment"}, id=None)
    s.call("AcknowledgeRefund", "service", acknowledge)
    s.read("ListRefundsDue", "service", MOON)


def tickets(s):
    s.call("ReserveSeats", "alice", {**FRIDAY, "seats": {"names": ["Stalls-1-9", "Stalls-1-10"]}}, id="kept")
    s.call("Confirm", "service", {**MOON, "paymentId": "$kept-payment", "reservationId": "$kept", "userId": "$alice",
                                  "amount": 10_000, "currency": "EUR"})
    names = {f"ticket-{index}": f"tickets[{index}].ticket_id" for index in range(7)}
    s.read("ListTickets", "alice", MOON, save=names)
    s.read("ListTickets", "bob", MOON, save={f"bobs-{index}": f"tickets[{index}].ticket_id" for index in range(3)})
    s.read("ShowTicket", "bob", {**MOON, "ticketId": "$bobs-0"}, save={"bobs-code": "code"})
    s.read("ListTickets", "carol", MOON)
    s.read("ListTickets", "alice", {"concertId": "$no-such-concert"})
    s.ids("ListTickets", "alice", {}, "concertId", id=None)
    show = {**MOON, "ticketId": "$ticket-0"}
    for number in range(7):
        s.read("ShowTicket", "alice", {**show, "ticketId": f"$ticket-{number}"}, save={f"code-{number}": "code"})
    s.read("ShowTicket", "bob", show)
    s.read("ShowTicket", "alice", {**show, "ticketId": "$no-such-ticket"})
    s.read("ShowTicket", "alice", {**show, "concertId": "$no-such-concert"})
    s.ids("ShowTicket", "alice", show, "concertId", "ticketId", id=None)
    s.read("ShowTicketKeys", "nobody", {})
    s.read("ShowTicketKeys", "alice", {})


def reports(s):
    for code in ("", "x", "A" * 8, "A" * 300, "AAAAAAAB", "amaaaa", "AM" + "A" * 180, "a b", "é"):
        s.call("CheckIn", "operator", {"code": code})
    s.ids("CheckIn", "operator", {"code": "A"}, "scheduleId", may_be_empty=("scheduleId",))
    # In the order of ListTickets, the valid tickets of friday come last, before those of other dates.
    for number in range(7):
        s.call("CheckIn", "operator", {"code": f"$code-{number}", "scheduleId": "$no-such-date"})
        s.call("CheckIn", "operator", {"code": f"$code-{number}", "scheduleId": "$friday"}, id=f"in-{number}")
        s.call("CheckIn", "operator", {"code": f"$code-{number}"}, id=f"in-{number}")
        s.call("CheckIn", "operator", {"code": f"$code-{number}"})
        s.call("CheckIn", "operator", {"code": f"$code-{number}"}, id=None)
    for reservation in ("kept", "with-a-pass", "no-cancel-hold"):
        s.call("CancelReservation", "operator", {**MOON, "reservationId": "$" + reservation})
    s.call("CancelReservation", "bob", {**MOON, "reservationId": "$bob-best"}, id="bobs-refund")
    s.call("CheckIn", "operator", {"code": "$bobs-code"})
    s.read("ListTickets", "alice", MOON)
    s.read("ListTickets", "bob", MOON)
    s.read("ListReservations", "alice", MOON)
    s.read("SalesReport", "operator", MOON)
    s.read("SalesReport", "operator", {"concertId": "$no-such-concert"})
    s.ids("SalesReport", "operator", {}, "concertId", id=None)
    base = {**FRIDAY, "seat": "Stalls-1-3"}
    for seat in ("Stalls-1-3", "Stalls-1-1", "4", "Stalls-1-8", "Nowhere-1-1", "", "x", "0", "a-b-c-1"):
        s.read("ShowSeatHistory", "operator", {**base, "seat": seat})
    s.read("ShowSeatHistory", "operator", {**base, "scheduleId": "$no-such-date"})
    s.ids("ShowSeatHistory", "operator", base, "concertId", "scheduleId", id=None)
    s.read("ShowSeats", "operator", FRIDAY)
    s.read("ListSchedules", "operator", MOON)
