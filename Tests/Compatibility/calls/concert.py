"""Every method that sells seats, accepted and refused."""

from calls import reservations
from calls.reservations import DAY, FRIDAY, MOON, MOST, TEXTS
from calls.script import FAR, PAST, Script, around

NAMES = ["", "a", "a" * 40, "a" * 41, "Moon", "1st", "-a", "a-", "a_b", "a b", "é", "a\u0007"]
SETTINGS = {
    "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR, "cancelUntilMs": FAR,
    "holdMs": DAY, "seatsPerUser": 50,
}
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
    reservations.reserve(script)
    reservations.crowd(script)
    reservations.releases(script)
    reservations.decisions(script)
    reservations.cancels(script)
    reservations.tickets(script)
    reservations.reports(script)
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
    span("", "R", 1, 1), span("", "", 1, 1), span("é" * 8, "é" * 4, 1, 1), span("é" * 9, "R", 1, 1),
          span("a-b", "R", 1, 1),
    span("a,b", "R", 1, 1), span("a", "b-c", 1, 1), span("a", "b,c", 1, 1), span(" a", "b", 1, 1),
          span("a", "b ", 1, 1),
    span("a\u0007", "b", 1, 1), span("a", "1", 0, 1), span("a", "1", 1, 0), span("a", "1", 2, 1),
          span("a", "1", 99_999, 99_999),
    span("a", "1", 99_999, 100_000), span("a", "1", 1, MOST["uint32"]),
]


def seats(s):
    def offer(seats, grade="A", price=5000):
        return {"seats": seats, "grade": grade, "price": price}

    hall = [offer(span("Stalls", "1", 1, 20)), offer(span("Balcony", "A", 1, 9), "B", 3550),
            offer(span("", "", 1, 4), "S", 0)]
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
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$defaults",
                                        "offers": [offer(span("Grades", "1", 1, 1), grade)]})
    for price in (0, 10**12, 10**12 + 1, 2**63, MOST["uint64"]):
        s.call("SetSeats", "operator", {**MOON, "scheduleId": "$defaults",
                                        "offers": [offer(span("Prices", "1", 1, 1), "P", price)]})
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


def roles(s):
    mine = {**MOON, "reservationId": "$alice-3"}
    payment = {**mine, "paymentId": "$payment"}
    for method in ("CreateConcert", "AddSchedule", "ConfigureSchedule", "SetSeats", "BlockSeats", "UnblockSeats",
                   "CheckIn"):
        s.roles(method, {}, "operator")
    for method, request in (("SalesReport", MOON), ("ShowSeatHistory", {**FRIDAY, "seat": "4"})):
        s.roles(method, request, "operator", id=None)
    for method in ("ShowSeats", "WatchSeats"):
        s.roles(method, FRIDAY, "user", "operator", id=None)
    s.roles("CancelReservation", mine, "user", "operator")
    for method, request in (("ReserveSeats", FRIDAY), ("ReleaseReservation", mine), ("ShowReservation", mine),
                            ("ListReservations", MOON), ("ListTickets", MOON), ("ShowTicket", MOON)):
        s.roles(method, request, "user")
    for method, request in (("Confirm", payment), ("Abort", payment), ("ListRefundsDue", {}),
                            ("AcknowledgeRefund", MOON)):
        s.roles(method, request, "service")
    for method in ("ListConcerts", "ListSchedules", "ShowTicketKeys"):
        s.read(method, "forged", MOON if method == "ListSchedules" else {})
