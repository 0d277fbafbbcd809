"""Every method of accounts, money and payments, accepted and refused. Concert and Queue also run."""

from calls.script import FAR, PAST, Script, around

DAY = 86_400_000
MOST = 2**64 - 1
PASSWORD = "correct horse battery"
MOON = {"concertId": "$moon"}
USER_NAMES = ["", "ab", "abc", "a" * 32, "a" * 33, "Alice", "1abc", "-abc", "a.b-c_d", "a b c", "élise", "abc\u0007"]


def calls():
    script = Script("wallet")
    users(script)
    money(script)
    sale(script)
    payments(script)
    outcomes(script)
    refunds(script)
    halts(script)
    lists(script)
    roles(script)
    throttle(script)
    return script.calls


def users(s):
    save = {"user-dora": "session.user_id", "credential dora": "session.credential"}
    s.call("SignUp", "nobody", {"name": "dora", "password": PASSWORD}, id="dora-signs-up", save=save)
    s.call("SignUp", "nobody", {"name": "dora", "password": PASSWORD}, id="dora-signs-up")
    s.call("SignUp", "nobody", {"name": "dora", "password": "another password"}, id="dora-signs-up")
    s.call("SignUp", "nobody", {"name": "dora", "password": PASSWORD})
    for wrong in (None, "0x00"):
        s.call("SignUp", "nobody", {"name": "emil", "password": PASSWORD}, id=wrong)
    for number, name in enumerate(USER_NAMES):
        s.call("SignUp", "nobody", {"name": name, "password": PASSWORD}, save={f"user-{number}": "session.user_id"})
        s.call("SignIn", "nobody", {"name": name, "password": PASSWORD}, id=None)
    for length in (0, 7, 8, 128, 129):
        request = {"name": f"with-{length}", "password": "p" * length}
        s.call("SignUp", "nobody", request, save={f"user-with-{length}": "session.user_id"})
    s.call("SignUp", "nobody", {"name": "with-umlauts", "password": "éééé\u0007"},
           save={"user-umlauts": "session.user_id"})
    s.call("SignIn", "nobody", {"name": "dora", "password": PASSWORD}, id=None)
    s.call("SignIn", "alice", {"name": "dora", "password": PASSWORD})
    for password in ("", "wrong password", "p" * 200):
        s.call("SignIn", "nobody", {"name": "dora", "password": password}, id=None)
    s.call("SignIn", "nobody", {"name": "nobody-here", "password": PASSWORD}, id=None)


def money(s):
    s.read("ShowBalance", "alice", {})
    s.call("TopUp", "alice", {"amount": 500, "currency": "EUR"}, id="first-money")
    s.call("TopUp", "alice", {"amount": 500, "currency": "EUR"}, id="first-money")
    s.call("TopUp", "alice", {"amount": 501, "currency": "EUR"}, id="first-money")
    s.call("TopUp", "alice", {"amount": 500, "currency": "USD"}, id="first-money")
    for wrong in (None, "0x00"):
        s.call("TopUp", "alice", {"amount": 1, "currency": "EUR"}, id=wrong)
    for amount in around(1, 1_000_000, "uint64") + [2**63 - 1, 2**63, 10**15 + 1]:
        s.call("TopUp", "alice", {"amount": amount, "currency": "EUR"})
    for currency in ("", "eur", "XXX", "EURO", "JPY", "BHD"):
        s.call("TopUp", "alice", {"amount": 1, "currency": currency})
    s.call("TopUp", "alice", {"amount": 1, "currency": "EUR", "name": "dora"})
    for name in ("dora", "", "nobody-here", "Dora", "ab"):
        s.call("TopUp", "operator", {"amount": 7, "currency": "EUR", "name": name})
    s.call("TopUp", "operator", {"amount": 7, "currency": "EUR", "name": "dora"}, id="for-dora")
    s.call("TopUp", "operator", {"amount": 7, "currency": "EUR", "name": "dora"}, id="for-dora")
    s.call("TopUp", "operator", {"amount": 7, "currency": "EUR", "name": "abc"}, id="for-dora")
    for number in range(11):
        s.call("TopUp", "rich", {"amount": 1_000_000, "currency": "EUR"})
    s.call("TopUp", "rich", {"amount": 1, "currency": "EUR"})
    s.read("ShowBalance", "alice", {})
    s.read("ShowBalance", "dora", {})
    entries = {"currency": "EUR"}
    s.sweep("ListEntries", "alice", entries, "pageSize", around(0, 500), id=None)
    s.sweep("ListEntries", "alice", {**entries, "pageSize": 2}, "beforeSerial", [0, 1, 2, 3, 99, 2**63, MOST], id=None)
    for currency in ("", "eur", "XXX", "CHF"):
        s.read("ListEntries", "alice", {"currency": currency})


def sale(s):
    """A concert with a room, and a place in its line."""
    s.call("concert.CreateConcert", "operator",
           {"name": "moon", "title": "Moon", "host": "Hall", "currency": "EUR"}, id="moon")
    settings = {"name": "friday", "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR,
                "cancelUntilMs": FAR, "holdMs": DAY, "seatsPerUser": 50}
    s.call("concert.AddSchedule", "operator", {**MOON, "settings": settings}, id="friday")
    s.call("concert.AddSchedule", "operator", {**MOON, "settings": {**settings, "name": "short", "holdMs": 1000}},
           id="short")
    s.call("queue.CreateRoom", "operator", {"name": "room", "limits": {"activeLimit": 9}, "times": {"opensAt": PAST}},
           id="room")
    s.call("concert.AddSchedule", "operator", {**MOON, "settings": {**settings, "name": "lined", "roomId": "$room"}},
           id="lined")
    offers = [{"seats": {"firstNumber": 1, "lastNumber": 30}, "grade": "A", "price": 1000},
              {"seats": {"row": "F", "firstNumber": 1, "lastNumber": 9}, "grade": "F"}]
    for date in ("friday", "short", "lined"):
        s.call("concert.SetSeats", "operator", {**MOON, "scheduleId": "$" + date, "offers": offers},
               id="seats-of-" + date)


def hold(s, caller, name, *seats, date="friday", **more):
    s.call("concert.ReserveSeats", caller, {**MOON, "scheduleId": "$" + date, "seats": {"names": list(seats)},
                                            **more}, id=name)


def decided(answer):
    content = answer.get("gives", {}).get("payment", {})
    return "fails" in answer or content.get("outcome") in ("PAID", "NOT_PAID")


def pay(s, caller, payment, reservation, amount=1000, currency="EUR", **more):
    request = {**MOON, "paymentId": payment, "reservationId": reservation, "amount": amount, "currency": currency,
               **more}
    s.call("Pay", caller, request, id=None, until=decided)
    return request


def payments(s):
    hold(s, "alice", "one", "1")
    base = pay(s, "alice", "$pays-one", "$one")
    pay(s, "alice", "$pays-one", "$one")
    pay(s, "alice", "$pays-one", "$one", 999)
    pay(s, "alice", "$pays-one", "$two")
    pay(s, "alice", "$pays-one", "$one", concertId="$mars")
    pay(s, "alice", "$pays-one", "$one", currency="USD")
    pay(s, "rich", "$pays-one", "$one")
    pay(s, "alice", "$pays-again", "$one")
    s.ids("Pay", "alice", base, "paymentId", "concertId", "reservationId", id=None)
    for amount in (10**15, 10**15 + 1, 2**63, MOST):
        pay(s, "alice", f"$amount-{amount}", "$one", amount)
    for currency in ("", "eur", "XXX"):
        s.call("Pay", "alice", {**base, "paymentId": "$odd", "currency": currency})
    for payment in ("$pays-one", "$pays-again", "$no-such-payment", "", "0x01", "0x" + "01" * 17):
        s.read("ShowPayment", "alice", {"paymentId": payment})
        s.read("ShowPayment", "rich", {"paymentId": payment})


def outcomes(s):
    hold(s, "alice", "two", "2")
    pay(s, "penniless", "$no-account", "$two")
    pay(s, "alice", "$no-account-in-yen", "$two", currency="CHF")
    pay(s, "alice", "$insufficient", "$two", 10**12)
    pay(s, "rich", "$of-another-user", "$two")
    pay(s, "alice", "$of-another-amount", "$two", 999)
    pay(s, "alice", "$gone", "$no-such-reservation")
    pay(s, "alice", "$of-no-concert", "$two", concertId="$no-such-concert")
    hold(s, "alice", "brief", "1", date="short")
    s.read("concert.ShowReservation", "alice", {**MOON, "reservationId": "$brief"},
           until=lambda answer: answer["gives"]["reservation"]["state"] == "EXPIRED")
    pay(s, "alice", "$too-late", "$brief")
    s.call("CancelPayment", "alice", {"paymentId": "$never-came"}, id=None)
    pay(s, "alice", "$never-came", "$two")
    pay(s, "rich", "$never-came", "$two")
    for payment in ("$never-came", "$pays-one", "$insufficient"):
        s.call("CancelPayment", "alice", {"paymentId": payment}, id=None, until=decided)
    s.call("CancelPayment", "rich", {"paymentId": "$pays-one"})
    s.ids("CancelPayment", "alice", {}, "paymentId")
    hold(s, "penniless", "free", "F-1")
    pay(s, "penniless", "$free-of-charge", "$free", 0)
    s.call("queue.Join", "alice", {"roomId": "$room"}, id="place")
    s.call("queue.Renew", "alice", {"roomId": "$room", "placeId": "$place"}, until=lambda answer: "gives" in answer)
    hold(s, "alice", "lined-up", "1", date="lined", **{"pass": "$pass(room, place, alice)"})
    pay(s, "alice", "$lined-payment", "$lined-up")
    s.read("queue.ShowPlace", "alice", {"roomId": "$room", "placeId": "$place"},
           until=lambda answer: answer["gives"]["place"]["state"] == "FINISHED")


def refunds(s):
    s.call("concert.CancelReservation", "alice", {**MOON, "reservationId": "$one", "reason": "ill"}, id="refund-one")
    s.read("ShowPayment", "alice", {"paymentId": "$pays-one"},
           until=lambda answer: answer["gives"]["payment"].get("isRefunded", False))
    s.read("concert.ListRefundsDue", "service", MOON, until=lambda answer: answer == {"gives": {}})
    s.call("CancelPayment", "alice", {"paymentId": "$pays-one"})
    pay(s, "alice", "$pays-one", "$one")
    s.read("ListEntries", "alice", {"currency": "EUR", "pageSize": 5})


def halts(s):
    """Breaks an invariant: Concert confirms a payment that Wallet has declined, and owes a refund."""
    s.read("ListHalted", "operator", {})
    s.call("concert.CreateConcert", "operator",
           {"name": "odd", "title": "Odd", "host": "Hall", "currency": "EUR"}, id="odd")
    settings = {"name": "friday", "startsAtMs": FAR, "endsAtMs": FAR + 1, "saleOpensAtMs": PAST, "saleClosesAtMs": FAR,
                "holdMs": DAY}
    date = {"concertId": "$odd", "scheduleId": "$odd-friday"}
    s.call("concert.AddSchedule", "operator", {"concertId": "$odd", "settings": settings}, id="odd-friday")
    offer = {"seats": {"firstNumber": 1, "lastNumber": 9}, "grade": "A", "price": 100}
    s.call("concert.SetSeats", "operator", {**date, "offers": [offer]}, id="odd-seats")
    s.call("concert.ReserveSeats", "alice", {**date, "seats": {"names": ["1"]}}, id="odd-hold")
    pay(s, "penniless", "$declined", "$odd-hold", 100, concertId="$odd")
    s.call("concert.Confirm", "service", {"concertId": "$odd", "paymentId": "$declined", "reservationId": "$odd-hold",
                                          "userId": "$alice", "amount": 100, "currency": "EUR"}, id=None)
    s.call("concert.CancelReservation", "operator", {"concertId": "$odd", "reservationId": "$odd-hold"},
           id="odd-refund")
    s.read("ListHalted", "operator", {}, until=lambda answer: answer["gives"].get("halts"))
    pay(s, "alice", "$while-halted", "$odd-hold", 100, concertId="$odd")
    s.call("LiftHalt", "operator", {"concertId": "$moon"}, id=None)
    s.call("LiftHalt", "operator", {"concertId": "$odd"})
    s.call("LiftHalt", "operator", {"concertId": "$odd"})
    s.ids("LiftHalt", "operator", {}, "concertId")
    s.read("ListHalted", "operator", {})
    pay(s, "alice", "$after-the-halt", "$odd-hold", 100, concertId="$odd")


def lists(s):
    s.sweep("ListPayments", "alice", {}, "pageSize", around(0, 500), id=None)
    s.sweep("ListPayments", "alice", {"pageSize": 2}, "beforePaymentId",
            ["$pays-one", "0x" + "ff" * 16, "0x" + "00" * 16],
            id=None)
    s.ids("ListPayments", "alice", {}, "beforePaymentId", id=None, may_be_empty=("beforePaymentId",))
    s.read("ListPayments", "penniless", {})
    s.read("ListPayments", "stranger", {})
    s.read("ShowBalance", "alice", {})
    s.read("ShowBalance", "penniless", {})
    s.read("Audit", "operator", {})


def roles(s):
    for method in ("ShowBalance", "ListEntries", "Pay", "ShowPayment", "CancelPayment", "ListPayments"):
        s.roles(method, {}, "user")
    for method in ("ListHalted", "LiftHalt", "Audit"):
        s.roles(method, {}, "operator")
    s.roles("TopUp", {"amount": 1, "currency": "EUR"}, "user", "operator")
    for method in ("SignUp", "SignIn"):
        s.call(method, "forged", {"name": "dora", "password": PASSWORD})


def throttle(s):
    """Wrong passwords up to the limit, and one more."""
    for _ in range(10):
        s.call("SignIn", "nobody", {"name": "guessed", "password": "guess"}, id=None)
    s.call("SignIn", "nobody", {"name": "guessed", "password": "guess"}, id=None,
           until=lambda answer: answer["fails"]["reason"] == "TOO_MANY_TRIES")
