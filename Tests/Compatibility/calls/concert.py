"""Every method that sells seats, accepted and refused."""

from calls.script import FAR, PAST, Script, around, state

DAY = 86_400_000
MOST = {"uint32": 2**32 - 1, "uint64": 2**64 - 1}
NAMES = ["", "a", "a" * 40, "a" * 41, "Moon", "1st", "-a", "a-", "a_b", "a b", "é", "a\u0007"]
TEXTS = ["", "t", "t" * 200, "t" * 201, "é" * 100, "é" * 101, "\u0007bell", " ", "line\nline"]
SETTINGS = {
    "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR, "cancelUntilMs": FAR,
    "holdMs": DAY, "seatsPerUser": 50,
}
MOON = {"concertId": "$moon"}
FRIDAY = {"concertId": "$moon", "scheduleId": "$friday"}
DATES = {
    "friday": {}, "closed-sale": {"saleOpensAtMs": PAST, "saleClosesAtMs": PAST + 1},
    "early-sale": {"saleOpensAtMs": FAR - 1}, "no-cancel": {"cancelUntilMs": 0}, "late-cancel": {"cancelUntilMs": PAST},
    "guarded": {"roomId": "$room"}, "few": {"seatsPerUser": 2}, "short": {"holdMs": 1000}, "crowd-1": {}, "crowd-2": {},
}


def calls():
    script = Script("concert")
    concerts(script)
    schedules(script)
    seats(script)
    maps(script)
    reserve(script)
    crowd(script)
    releases(script)
    decisions(script)
    cancels(script)
    tickets(script)
    reports(script)
    roles(script)
    return script.calls


def concerts(s):
    base = {"name": "moon-tour", "title": "Moon Tour", "host": "City Hall", "currency": "EUR"}
    s.call("CreateConcert", "operator", base, id="moon")
    s.call("CreateConcert", "operator", base, id="moon")
    for field, value in (("name", "other"), ("title", "Other"), ("host", "Other"), ("currency", "USD"),
                         ("browseRoomId", "$room")):
        s.call("CreateConcert", "operator", {**base, field: value}, id="moon")
    s.call("CreateConcert", "operator", base)
    for wrong in (None, "0x00"):
        s.call("CreateConcert", "operator", base, id=wrong)
    for number, name in enumerate(NAMES):
        s.call("CreateConcert", "operator", {**base, "name": name}, id=f"concert-named-{number}")
    for field in ("title", "host"):
        for number, text in enumerate(TEXTS):
            s.call("CreateConcert", "operator", {**base, "name": f"{field}-{number}", field: text})
    for code in ("", "eur", "EU", "EURO", "XXX", "JPY", "BHD"):
        s.call("CreateConcert", "operator", {**base, "name": f"in-{code.lower()}", "currency": code})
    s.ids("CreateConcert", "operator", {**base, "name": "browsed"}, "browseRoomId", may_be_empty=("browseRoomId",))
    s.call("CreateConcert", "operator", {**base, "name": "browsed", "browseRoomId": "$room"}, id="browsed")
    for name in ("", "moon-tour", "nowhere", "NOT A NAME", "a" * 41):
        s.read("ListConcerts", "nobody", {"name": name})
    s.read("ListConcerts", "nobody", {"after": "0x" + "ff" * 16})
    s.read("ListConcerts", "nobody", {"after": "$moon"})
    s.ids("ListConcerts", "nobody", {}, "after", id=None, may_be_empty=("after",))


def schedules(s):
    for day, (name, different) in enumerate(DATES.items()):
        settings = {**SETTINGS, "name": name, "startsAtMs": FAR - DAY + day, **different}
        s.call("AddSchedule", "operator", {**MOON, "settings": settings}, id=name)
    friday = {**MOON, "settings": {**SETTINGS, "name": "friday", "startsAtMs": FAR - DAY}}
    s.call("AddSchedule", "operator", friday, id="friday")
    s.call("AddSchedule", "operator", friday)
    s.call("AddSchedule", "operator", friday, id=None)
    s.call("AddSchedule", "operator", {**MOON, "settings": {**SETTINGS, "name": "saturday"}}, id="friday")
    s.call("AddSchedule", "operator", MOON)
    s.call("AddSchedule", "operator", {"concertId": "$no-such-concert", "settings": {**SETTINGS, "name": "x"}})
    s.ids("AddSchedule", "operator", friday, "concertId")
    s.sweep("AddSchedule", "operator", friday, "settings.name", [name for name in NAMES if name != "a"])
    for field, values in EDGES.items():
        for number, value in enumerate(values):
            settings = {**SETTINGS, "name": f"{field.lower()}-{number}", field: value}
            s.call("AddSchedule", "operator", {**MOON, "settings": settings})
    s.ids("AddSchedule", "operator", {**MOON, "settings": {**SETTINGS, "name": "roomy"}}, "settings.roomId",
          may_be_empty=("settings.roomId",))
    s.call("AddSchedule", "operator", {**MOON, "settings": {
        "name": "defaults", "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR}},
        id="defaults")
    change(s)


EDGES = {
    "seatsPerUser": around(1, 50), "holdMs": around(1000, DAY),
    "startsAtMs": [0, 1, FAR, FAR + 1, MOST["uint64"]], "endsAtMs": [0, FAR, FAR + 1, MOST["uint64"]],
    "saleOpensAtMs": [0, FAR - 1, FAR, MOST["uint64"]], "saleClosesAtMs": [0, PAST, PAST + 1, MOST["uint64"]],
    "cancelUntilMs": [0, 1, PAST, MOST["uint64"]],
}


def change(s):
    base = {**MOON, "scheduleId": "$defaults", "settings": {**SETTINGS, "name": "changed"}, "version": 1}
    for version in (0, 2, MOST["uint64"]):
        s.call("ConfigureSchedule", "operator", {**base, "version": version})
    s.call("ConfigureSchedule", "operator", base, id=None)
    s.call("ConfigureSchedule", "operator", base, id="change")
    s.call("ConfigureSchedule", "operator", base, id="change")
    s.call("ConfigureSchedule", "operator", {**base, "settings": {**SETTINGS, "name": "again"}}, id="change")
    s.call("ConfigureSchedule", "operator", base)
    base["version"] = 2
    s.call("ConfigureSchedule", "operator", {**base, "settings": {**SETTINGS, "name": "friday"}})
    s.call("ConfigureSchedule", "operator", {**base, "settings": {**SETTINGS, "name": "changed", "holdMs": 999}})
    s.call("ConfigureSchedule", "operator", {**base, "scheduleId": "$no-such-date"})
    s.call("ConfigureSchedule", "operator", {**base, "concertId": "$no-such-concert"})
    s.ids("ConfigureSchedule", "operator", base, "concertId", "scheduleId")


def span(section="", row="", first=0, last=0):
    return {"section": section, "row": row, "firstNumber": first, "lastNumber": last}


RANGES = [
    span("S" * 16, "R" * 8, 1, 1), span("S" * 17, "R", 1, 1), span("S", "R" * 9, 1, 1), span("S", "", 1, 1),
    span("", "R", 1, 1), span("", "", 1, 1), span("é" * 8, "é" * 4, 1, 1), span("é" * 9, "R", 1, 1), span("a-b", "R", 1, 1),
    span("a,b", "R", 1, 1), span("a", "b-c", 1, 1), span("a", "b,c", 1, 1), span(" a", "b", 1, 1), span("a", "b ", 1, 1),
    span("a\u0007", "b", 1, 1), span("a", "1", 0, 1), span("a", "1", 1, 0), span("a", "1", 2, 1), span("a", "1", 99_999, 99_999),
    span("a", "1", 99_999, 100_000), span("a", "1", 1, MOST["uint32"]),
]


def seats(s):
    def offer(seats, grade="A", price=5000):
        return {"seats": seats, "grade": grade, "price": price}

    hall = [offer(span("Stalls", "1", 1, 20)), offer(span("Balcony", "A", 1, 9), "B", 3550), offer(span("", "", 1, 4), "S", 0)]
    for date in DATES:
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$" + date, "offers": hall}, id=f"hall-of-{date}")
    s.call("SetSeats", "operator", {**FRIDAY, "offers": hall}, id="hall-of-friday")
    s.call("SetSeats", "operator", {**FRIDAY, "offers": hall[:1]}, id="hall-of-friday")
    s.call("SetSeats", "operator", {**FRIDAY, "offers": hall}, id=None)
    s.call("SetSeats", "operator", {**FRIDAY, "offers": hall})
    s.call("SetSeats", "operator", FRIDAY)
    s.call("SetSeats", "operator", {**FRIDAY, "offers": [{"grade": "A", "price": 1}]})
    s.call("SetSeats", "operator", {**FRIDAY, "offers": [hall[0], hall[0]]})
    for number, seats_of in enumerate(RANGES):
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$defaults", "offers": [offer(seats_of)]})
    for grade in ("", "G" * 32, "G" * 33, "é" * 16, "é" * 17, "\u0007", " "):
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$defaults", "offers": [offer(span("Grades", "1", 1, 1), grade)]})
    for price in (0, 10**12, 10**12 + 1, 2**63, MOST["uint64"]):
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$defaults", "offers": [offer(span("Prices", "1", 1, 1), "P", price)]})
    too_many = [offer(span("Many", str(row), 1, 99_999)) for row in range(3)]
    s.call("SetSeats", "operator", {**FRIDAY, "offers": too_many})
    s.ids("SetSeats", "operator", {**FRIDAY, "offers": hall}, "concertId", "scheduleId")
    s.call("SetSeats", "operator", {**FRIDAY, "scheduleId": "$no-such-date", "offers": hall})
    block(s)


def block(s):
    base = {**FRIDAY, "seats": [span("Stalls", "1", 1, 2)], "reason": "the mixing desk"}
    for method, request in (("BlockSeats", base), ("UnblockSeats", {**FRIDAY, "seats": base["seats"]})):
        s.call(method, "operator", request, id=method.lower())
        s.call(method, "operator", request, id=method.lower())
        s.call(method, "operator", request)
        s.call(method, "operator", request, id=None)
        s.call(method, "operator", {**request, "seats": [span("Stalls", "1", 3, 3)]}, id=method.lower())
        s.call(method, "operator", {**request, "seats": []})
        s.call(method, "operator", {**request, "seats": request["seats"] * 2})
        s.call(method, "operator", {**request, "seats": [span("Stalls", "9", 1, 1)]})
        s.call(method, "operator", {**request, "seats": [span("Stalls", "1", 0, 1)]})
        s.ids(method, "operator", request, "concertId", "scheduleId")
        s.call(method, "operator", {**request, "scheduleId": "$no-such-date"})
    s.sweep("BlockSeats", "operator", {**base, "seats": [span("", "", 4, 4)]}, "reason", TEXTS)


def maps(s):
    guarded = {**MOON, "scheduleId": "$guarded"}
    passes = ("", "0x00", "$pass(room, place, alice)", "$pass(room, place, bob)", "$pass(other, place, alice)",
              "$pass(room, place, alice, expired)")
    s.read("ShowSeats", "alice", FRIDAY)
    s.read("ShowSeats", "alice", {**FRIDAY, "knownLayoutVersion": 99})
    s.read("ShowSeats", "alice", {**FRIDAY, "knownLayoutVersion": 1})
    s.read("ShowSeats", "operator", {**MOON, "scheduleId": "$closed-sale"})
    s.read("WatchSeats", "alice", FRIDAY, take=1)
    for value in passes:
        s.read("ShowSeats", "alice", {**guarded, "pass": value})
        s.read("WatchSeats", "alice", {**guarded, "pass": value}, take=1)
        s.read("ListSchedules", "alice", {"concertId": "$browsed", "pass": value})
        s.call("ReserveSeats", "alice", {**guarded, "pass": value, "seats": {"names": ["Stalls-1-20"]}})
    s.read("ShowSeats", "operator", guarded)
    s.read("WatchSeats", "operator", guarded, take=1)
    s.read("ListSchedules", "operator", {"concertId": "$browsed"})
    for caller in ("nobody", "service"):
        s.read("ListSchedules", caller, {"concertId": "$browsed", "pass": passes[2]})
    for method, more in (("ShowSeats", {}), ("WatchSeats", {"take": 1})):
        s.ids(method, "alice", FRIDAY, "concertId", "scheduleId", id=None)
        s.read(method, "alice", {**FRIDAY, "scheduleId": "$no-such-date"}, **more)
        s.read(method, "alice", {**FRIDAY, "concertId": "$no-such-concert"}, **more)
    s.read("ListSchedules", "nobody", MOON)
    for name in ("friday", "nowhere", "NOT A NAME"):
        s.read("ListSchedules", "nobody", {**MOON, "name": name})
    s.read("ListSchedules", "nobody", {**MOON, "onlyWithFreeSeats": True})
    s.read("ListSchedules", "nobody", {"concertId": "$no-such-concert"})
    s.ids("ListSchedules", "nobody", {}, "concertId", id=None)


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
    for name in ("", "0", "00", "01", "99999", "100000", "x", "-1", "Stalls-1-", "Stalls--1", "-1-1", "a-b-c-1", "Stalls-1-99",
                 "Nowhere-1-1", "ℌ-1-1", "Stalls-1-٣", "1\u0007", "+1", " 1"):
        s.call("ReserveSeats", "bob", named(name))
    s.call("ReserveSeats", "bob", named())
    s.call("ReserveSeats", "bob", named("1", "1"))
    s.call("ReserveSeats", "bob", named(*(f"{number}" for number in range(1, 51))))
    s.call("ReserveSeats", "bob", named(*(f"{number}" for number in range(1, 52))))
    s.call("ReserveSeats", "bob", FRIDAY)
    for count, grade in ((0, "S"), (1, ""), (51, "S"), (50, "S"), (5, "S"), (1, "Z"), (MOST["uint32"], "S"), (1, "G" * 33)):
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
    """As many reservations as one user may have, and one more."""
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
    s.read("ShowReservation", "alice", {**MOON, "reservationId": "$expires"}, until=state("reservation.state", "EXPIRED"))
    s.call("ReleaseReservation", "alice", {**MOON, "reservationId": "$expires"})
    s.call("ReserveSeats", "bob", short, id="takes-over")
    s.read("ShowReservation", "bob", {**MOON, "reservationId": "$takes-over"},
           until=state("reservation.state", "EXPIRED"))
    s.read("ListReservations", "alice", MOON)
    s.read("ListReservations", "nobody-special", MOON)
    s.read("ListReservations", "alice", {"concertId": "$no-such-concert"})
    s.ids("ListReservations", "alice", MOON, "concertId", id=None)


def decisions(s):
    base = {**MOON, "paymentId": "$payment", "reservationId": "$alice-3", "userId": "$alice", "amount": 10_000, "currency": "EUR"}
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
    s.call("Confirm", "service", {**base, "paymentId": "$free-payment", "reservationId": "$bob-best", "userId": "$bob", "amount": 0})
    s.call("Confirm", "service", {**base, "paymentId": "$with-a-pass-payment", "reservationId": "$with-a-pass", "amount": 5000})
    s.call("ReserveSeats", "carol", {**FRIDAY, "seats": {"names": ["Stalls-1-3"]}})
    s.call("ReserveSeats", "carol", {**FRIDAY, "seats": {"names": ["Stalls-1-3", "4"]}})
    s.call("ReleaseReservation", "alice", {**MOON, "reservationId": "$alice-3"})
    for date in ("no-cancel", "late-cancel"):
        s.call("ReserveSeats", "alice", {**MOON, "scheduleId": "$" + date, "seats": {"names": ["Stalls-1-1"]}}, id=date + "-hold")
        s.call("Confirm", "service", {**base, "paymentId": f"${date}-payment", "reservationId": f"${date}-hold", "amount": 5000})


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
    s.ids("ListRefundsDue", "service", {"afterRefundId": "$refund"}, "afterConcertId", id=None, may_be_empty=("afterConcertId",))
    s.ids("ListRefundsDue", "service", {"afterConcertId": "$moon"}, "afterRefundId", id=None, may_be_empty=("afterRefundId",))
    acknowledge = {**MOON, "refundId": "$refund"}
    s.ids("AcknowledgeRefund", "service", {**acknowledge, "paymentId": "$payment"}, "concertId", "refundId", "paymentId",
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
    # In the order of ListTickets the valid ones on friday are the last but those of other dates.
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


def roles(s):
    mine = {**MOON, "reservationId": "$alice-3"}
    payment = {**mine, "paymentId": "$payment"}
    for method in ("CreateConcert", "AddSchedule", "ConfigureSchedule", "SetSeats", "BlockSeats", "UnblockSeats", "CheckIn"):
        s.roles(method, {}, "operator")
    for method, request in (("SalesReport", MOON), ("ShowSeatHistory", {**FRIDAY, "seat": "4"})):
        s.roles(method, request, "operator", id=None)
    for method in ("ShowSeats", "WatchSeats"):
        s.roles(method, FRIDAY, "user", "operator", id=None)
    s.roles("CancelReservation", mine, "user", "operator")
    for method, request in (("ReserveSeats", FRIDAY), ("ReleaseReservation", mine), ("ShowReservation", mine),
                            ("ListReservations", MOON), ("ListTickets", MOON), ("ShowTicket", MOON)):
        s.roles(method, request, "user")
    for method, request in (("Confirm", payment), ("Abort", payment), ("ListRefundsDue", {}), ("AcknowledgeRefund", MOON)):
        s.roles(method, request, "service")
    for method in ("ListConcerts", "ListSchedules", "ShowTicketKeys"):
        s.read(method, "forged", MOON if method == "ListSchedules" else {})
