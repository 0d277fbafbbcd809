"""Fills databases with rows in every state, and reads all of them again.

The calls of `first` to `without_wallet` are made one after the other, with fewer services each time, so that work is
left undone. Services that open the databases later answer those of `asked`.
"""

from calls.script import FAR, PAST, Script, state
from calls.wallet import decided

DAY = 86_400_000
HOUR = 3_600_000
PASSWORD = "correct horse battery"
MOON = {"concertId": "$moon"}
STAY = {"readyMs": HOUR, "idleMs": HOUR, "hardLimitMs": 24 * HOUR}
ROOMS = {
    "scheduled": [], "pre-queue": [], "open": ["OpenRoom"], "paused": ["OpenRoom", "PauseRoom"],
    "draining": ["OpenRoom", "DrainRoom"], "closed": ["CloseRoom"],
}
PLACES = ("finished", "left", "revoked", "active", "admitted", "waiting")
SEATS = ("sold", "returned", "released", "held", "paid-with-pass", "undecided", "cancelling", "refund-left")


def first():
    s = Script("queue")
    for number, (name, steps) in enumerate(ROOMS.items()):
        times = {"joinsAt": PAST, "opensAt": FAR} if name == "pre-queue" else {}
        limits = {"activeLimit": 1 + number, "ratePerSecond": 5, **STAY}
        s.call("CreateRoom", "operator", {"name": name, "limits": limits, "times": times}, id=name)
        if name == "draining":
            s.call("OpenRoom", "operator", {"roomId": "$draining"})
            s.call("Join", "alice", {"roomId": "$draining"}, id="stays-in-draining")
        for step in steps:
            s.call(step, "operator", {"roomId": "$" + name})
    places(s)
    s.package = "concert"
    sale(s)
    s.package = "wallet"
    money(s)
    reservations(s)
    tickets(s)
    halts(s)
    return s.calls


def places(s):
    """A line that moves when its first user leaves."""
    room = {"roomId": "$line"}
    s.call("CreateRoom", "operator", {"name": "line", "limits": {"activeLimit": 1, **STAY}}, id="line")
    s.call("OpenRoom", "operator", room)
    for name in PLACES:
        s.call("Join", name, room, id="place-" + name)
    ends = {"finished": ("FinishPass", "service", {}), "left": ("Leave", "left", {}),
            "revoked": ("RevokePlace", "operator", {"reason": "resold"})}
    for name in PLACES[:4]:
        place = {**room, "placeId": "$place-" + name}
        s.read("ShowPlace", name, place, until=state("place.state", "ADMITTED"))
        if name == "active":
            s.call("ConfigureRoom", "operator", {**room, "limits": {"activeLimit": 2, **STAY}})
        if name != "left":
            s.call("Renew", name, place)
        if name in ends:
            method, caller, more = ends[name]
            s.call(method, caller, {**place, **more})
    s.read("ShowPlace", "admitted", {**room, "placeId": "$place-admitted"}, until=state("place.state", "ADMITTED"))
    quick = {"activeLimit": 1, "readyMs": 1000, "idleMs": 1000, "hardLimitMs": 2000}
    s.call("CreateRoom", "operator", {"name": "quick", "limits": quick, "times": {"opensAt": PAST}}, id="quick")
    s.call("Join", "lapsed", {"roomId": "$quick"}, id="place-lapsed")
    s.read("ShowPlace", "lapsed", {"roomId": "$quick", "placeId": "$place-lapsed"},
           until=state("place.state", "LAPSED"))


def sale(s):
    s.call("CreateConcert", "operator", {"name": "moon", "title": "Moon Tour", "host": "City Hall",
                                         "currency": "EUR"}, id="moon")
    s.call("CreateConcert", "operator", {"name": "browsed", "title": "Browsed", "host": "Hall", "currency": "JPY",
                                         "browseRoomId": "$line"}, id="browsed")
    settings = {"name": "friday", "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR,
                "cancelUntilMs": FAR, "holdMs": DAY, "seatsPerUser": 50}
    lined = {**settings, "name": "lined", "roomId": "$open"}
    s.call("AddSchedule", "operator", {**MOON, "settings": settings}, id="friday")
    s.call("AddSchedule", "operator", {**MOON, "settings": {**settings, "name": "short", "holdMs": 1000,
                                                            "startsAtMs": FAR - 1}}, id="short")
    s.call("AddSchedule", "operator", {**MOON, "settings": {**lined, "startsAtMs": FAR - 2}}, id="lined")
    s.call("ConfigureSchedule", "operator", {**MOON, "scheduleId": "$lined",
                                             "settings": {**lined, "startsAtMs": FAR - 3}, "version": 1},
           id="change-lined")
    offers = [{"seats": {"section": "Stalls", "row": "A", "firstNumber": 1, "lastNumber": 20}, "grade": "A",
               "price": 1000},
              {"seats": {"firstNumber": 1, "lastNumber": 3}, "grade": "F"}]
    for date in ("friday", "short", "lined"):
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$" + date, "offers": offers}, id="seats-of-" + date)
    block = {**MOON, "scheduleId": "$friday", "seats": [{"firstNumber": 3, "lastNumber": 3}]}
    s.call("BlockSeats", "operator", {**block, "reason": "the mixing desk"}, id="block")


def money(s):
    save = {"user-dora": "session.user_id"}
    s.call("SignUp", "nobody", {"name": "dora", "password": PASSWORD}, id="sign-up", save=save)
    s.call("TopUp", "alice", {"amount": 100_000, "currency": "EUR"}, id="money-of-alice")
    s.call("TopUp", "alice", {"amount": 100, "currency": "JPY"}, id="yen-of-alice")
    s.call("TopUp", "operator", {"amount": 5, "currency": "BHD", "name": "dora"}, id="money-of-dora")


def hold(s, name, *seats, date="friday", caller="alice", **more):
    s.call("concert.ReserveSeats", caller, {**MOON, "scheduleId": "$" + date, "seats": {"names": list(seats)},
                                            **more}, id=name)


def payment(name, reservation=None, amount=1000, concert="$moon"):
    return {"concertId": concert, "paymentId": "$payment-" + name, "reservationId": "$" + (reservation or name),
            "amount": amount,
            "currency": "EUR"}


def reservations(s):
    for number, name in enumerate(SEATS, 1):
        if name == "paid-with-pass":
            continue
        hold(s, name, f"Stalls-A-{number}", *(["Stalls-A-9", "1"] if name == "sold" else []))
    s.call("concert.ReserveSeats", "alice", {**MOON, "scheduleId": "$friday", "best": {"count": 1, "grade": "F"}},
           id="best")
    hold(s, "expired", "Stalls-A-1", date="short")
    s.call("concert.ReleaseReservation", "alice", {**MOON, "reservationId": "$released"})
    s.read("concert.ShowReservation", "alice", {**MOON, "reservationId": "$expired"},
           until=state("reservation.state", "EXPIRED"))
    for request in (payment("sold", amount=2000), payment("returned"), payment("refund-left"),
                    payment("late", "expired"), payment("gone", "released"), payment("mismatch", "held", 999),
                    payment("again", "sold", 2000), payment("poor", "held", 10**9)):
        s.call("Pay", "alice", request, id=None, until=decided)
    s.call("Pay", "penniless", payment("penniless", "held"), id=None, until=decided)
    s.call("CancelPayment", "alice", {"paymentId": "$payment-never-sent"})
    s.call("concert.Abort", "service", {**MOON, "paymentId": "$payment-aborted", "reservationId": "$held"})
    s.call("Pay", "alice", payment("aborted", "held"), id=None, until=decided)
    s.call("concert.CancelReservation", "alice", {**MOON, "reservationId": "$returned", "reason": "ill"},
           id="refund-returned")
    s.read("ShowPayment", "alice", {"paymentId": "$payment-returned"},
           until=lambda answer: answer["gives"]["payment"].get("isRefunded", False))
    s.read("concert.ListRefundsDue", "service", {}, until=lambda answer: answer == {"gives": {}})


def tickets(s):
    # Seats in the order of their numbers: 1, Stalls-A-1, Stalls-A-2 (cancelled), Stalls-A-8, Stalls-A-9.
    names = {name: f"tickets[{index}].ticket_id" for index, name in enumerate(
        ("ticket-used", "ticket-valid", "ticket-cancelled", "ticket-refund-left", "ticket-valid-too"))}
    s.read("concert.ListTickets", "alice", MOON, save=names)
    s.read("concert.ShowTicket", "alice", {**MOON, "ticketId": "$ticket-used"}, save={"code": "code"})
    s.call("concert.CheckIn", "operator", {"code": "$code", "scheduleId": "$friday"}, id="check-in")


def halts(s):
    """Two concerts with a broken invariant. An operator has lifted one of the halts."""
    settings = {"name": "friday", "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST,
                "saleClosesAtMs": FAR, "holdMs": DAY}
    for name in ("halted", "lifted"):
        concert = {"concertId": "$" + name}
        date = {**concert, "scheduleId": f"${name}-date"}
        s.call("concert.CreateConcert", "operator", {"name": name, "title": name, "host": "Hall", "currency": "EUR"},
               id=name)
        s.call("concert.AddSchedule", "operator", {**concert, "settings": settings}, id=f"{name}-date")
        offer = {"seats": {"firstNumber": 1, "lastNumber": 2}, "grade": "A", "price": 100}
        s.call("concert.SetSeats", "operator", {**date, "offers": [offer]}, id=f"{name}-seats")
        s.call("concert.ReserveSeats", "alice", {**date, "seats": {"names": ["1"]}}, id=f"{name}-hold")
        paid = payment(name, f"{name}-hold", 100, "$" + name)
        s.call("Pay", "penniless", paid, id=None, until=decided)
        s.call("concert.Confirm", "service", {**paid, "userId": "$alice"}, id=None)
        s.call("concert.CancelReservation", "operator", {**concert, "reservationId": f"${name}-hold"},
               id=f"{name}-refund")
        s.read("ListHalted", "operator", {}, until=lambda answer, concert=concert: any(
            halt["concertId"] == concert["concertId"] for halt in answer["gives"].get("halts", [])))
        # Wallet has listed the refund once. Listing it again would halt the concert again.
        s.call("concert.AcknowledgeRefund", "service", {**concert, "refundId": f"${name}-refund"}, id=None)
    s.call("LiftHalt", "operator", {"concertId": "$lifted"})


def without_queue():
    """A payment whose place in the line is not finished yet."""
    s = Script("wallet")
    hold(s, "paid-with-pass", "Stalls-A-5", date="lined", **{"pass": "$pass(open, place-in-open, alice)"})
    s.call("Pay", "alice", payment("with-pass", "paid-with-pass"), id=None, until=decided)
    return s.calls


def without_concert():
    """Payments without a decision."""
    s = Script("wallet")
    for name in ("undecided", "cancelling"):
        s.call("Pay", "alice", payment(name), id=None, timeoutUs=2_000_000, until=state("payment.outcome", "PENDING"))
    s.call("CancelPayment", "alice", {"paymentId": "$payment-cancelling"}, until=state("payment.outcome", "PENDING"))
    return s.calls


def without_wallet():
    """A refund that Wallet has not fetched."""
    s = Script("concert")
    s.call("CancelReservation", "operator", {**MOON, "reservationId": "$refund-left", "reason": "rain"},
           id="refund-left-refund")
    return s.calls


def asked():
    """Waits for the unfinished work, then reads everything and adds more."""
    s = Script("wallet")
    for name in ("undecided", "cancelling", "refund-left", "with-pass", "sold", "late", "never-sent"):
        s.read("ShowPayment", "alice", {"paymentId": "$payment-" + name}, until=lambda answer,
               name=name: decided(answer) and (
            name != "refund-left" or answer["gives"]["payment"].get("isRefunded", False)))
    s.read("concert.ListRefundsDue", "service", {}, until=lambda answer: answer == {"gives": {}})
    for caller in ("alice", "penniless"):
        s.read("ListPayments", caller, {})
        s.read("ShowBalance", caller, {})
        # The 22 entries of the recording. The unfinished work adds others in any order.
        s.read("ListEntries", caller, {"currency": "EUR", "pageSize": 500, "beforeSerial": 23})
    s.read("ListHalted", "operator", {})
    s.read("Audit", "operator", {})
    s.call("SignIn", "nobody", {"name": "dora", "password": PASSWORD}, id=None)
    s.call("SignUp", "nobody", {"name": "dora", "password": PASSWORD}, id="sign-up")
    s.call("TopUp", "alice", {"amount": 100_000, "currency": "EUR"}, id="money-of-alice")
    s.call("Pay", "alice", payment("sold", amount=2000), id=None)
    s.call("Pay", "alice", payment("at-the-halted", "halted-hold", 100, "$halted"), id=None)
    s.package = "queue"
    ask_queue(s)
    s.package = "concert"
    ask_concert(s)
    return s.calls


def ask_queue(s):
    s.read("ListRooms", "operator", {})
    for name in (*ROOMS, "line", "quick"):
        s.read("FindRoom", "nobody", {"name": name})
        s.read("ShowRoom", "operator", {"roomId": "$" + name})
    for name in (*PLACES, "lapsed"):
        place = {"roomId": "$quick" if name == "lapsed" else "$line", "placeId": "$place-" + name}
        s.read("ShowPlace", name, place)
        s.read("ShowHistory", "operator", place)
    s.call("CreateRoom", "operator", {"name": "line", "limits": {"activeLimit": 1, **STAY}}, id="line")
    s.call("CreateRoom", "operator", {"name": "line"})
    s.call("Join", "active", {"roomId": "$line"}, id="place-active")
    s.call("Renew", "active", {"roomId": "$line", "placeId": "$place-active"})
    s.call("Join", "newcomer", {"roomId": "$line"}, id="place-newcomer")


def ask_concert(s):
    s.read("ListConcerts", "nobody", {})
    s.read("ListSchedules", "nobody", MOON)
    for date in ("friday", "short", "lined"):
        s.read("ShowSeats", "operator", {**MOON, "scheduleId": "$" + date})
    for name in (*SEATS, "best", "expired"):
        s.read("ShowReservation", "alice", {**MOON, "reservationId": "$" + name})
    s.read("ListReservations", "alice", MOON)
    s.read("ListTickets", "alice", MOON, save={"ticket-undecided": "tickets[4].ticket_id"})
    for name in ("used", "valid", "cancelled"):
        s.read("ShowTicket", "alice", {**MOON, "ticketId": "$ticket-" + name})
    s.read("SalesReport", "operator", MOON)
    for seat in ("Stalls-A-1", "Stalls-A-2", "3", "Stalls-A-20"):
        s.read("ShowSeatHistory", "operator", {**MOON, "scheduleId": "$friday", "seat": seat})
    s.call("CheckIn", "operator", {"code": "$code"}, id="check-in")
    s.call("CheckIn", "operator", {"code": "$code"})
    for name in ("sold", "again", "aborted", "late", "gone", "mismatch"):
        s.call("Confirm", "service", {**payment(name, "sold", 2000), "userId": "$alice"}, id=None)
    s.call("ReserveSeats", "alice", {**MOON, "scheduleId": "$friday", "seats": {"names": ["Stalls-A-4"]}}, id="held")
    s.call("ReserveSeats", "bob", {**MOON, "scheduleId": "$friday", "seats": {"names": ["Stalls-A-4"]}})
    s.call("ReserveSeats", "bob", {**MOON, "scheduleId": "$friday", "seats": {"names": ["Stalls-A-20"]}}, id="bobs")
    s.call("wallet.Pay", "alice", payment("held", "held"), id=None, until=decided)
    s.read("wallet.Audit", "operator", {})
