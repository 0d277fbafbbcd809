"""Adds many rows to databases of be9f464, in the schema of that time, to test the upgrade of a large site."""

import re
import time

from onsale import NAMES
from values import FAR

# Rows per date. The number of added rows is a multiple of it.
SEATS = 1000
# A moment before the recording, so that no row is from the future.
PAST = 1_795_978_808_000

STATEMENTS = {
    "queue": [
        # A closed room. Half of its places were left, the others ended by a purchase.
        """insert into room select {room}, 'many', decided, joins_at, opens_at, active_limit, rate, ready_ms, idle_ms,
           hard_ms, {rows}, {rows}, 0, 0, tokens, filled_at, pace_from, pace_count, pace_before, settled_at, {rows}, made_as
           from room where name = 'closed'""",
        "insert into room_name values ('many', {room})",
        """insert into place (room_id, place_id, user_id, serial, state, revision, joined_at, admitted_at, ended_at, reason)
           {numbers} select {room}, {id:place}, {id:user}, n, 3 + n % 2, n, {past}, {past}, {past}, '' from numbers""",
    ],
    "concert": [
        """insert into concert select {concert}, 'many', title, host, currency, null, created_at from concert
           where name = 'moon'""",
        "insert into concert_name values ('many', {concert})",
        """insert into schedule (concert_id, schedule_id, currency, added_as, version, changed_by, layout_version, name,
           starts_at, ends_at, sale_opens_at, sale_closes_at, seats_per_user, hold_ms)
           {numbers} select {concert}, {id:date}, 'EUR', 0, 1, {id:date}, 1, 'date-' || n, {far}, {far} + 1, 1, {far}, 4,
           86400000 from numbers where n % {seats} = 0""",
        """insert into schedule_name {numbers} select {concert}, 'date-' || n, {id:date} from numbers
           where n % {seats} = 0""",
        """insert into seat (concert_id, schedule_id, label, grade, price, state, reservation_id)
           {numbers} select {concert}, {date}, {label}, 'A', 100, 2, {id:reservation} from numbers""",
        "insert into buyer {numbers} select {concert}, {id:user}, {digits:reservation} from numbers",
        """insert into reservation (concert_id, reservation_id, schedule_id, user_id, seats, amount, currency, reserved_at,
           deadline, state, payment_id, sold_at, return_reason) {numbers} select {concert}, {id:reservation}, {date},
           {id:user}, {label}, 100, 'EUR', {past}, {past}, 2, {id:payment}, {past}, '' from numbers""",
        "insert into decision {numbers} select {concert}, {id:payment}, {id:reservation}, 0, {past} from numbers",
        """insert into ticket (concert_id, ticket_id, schedule_id, reservation_id, user_id, seat, grade, price, currency,
           starts_at, ends_at, issued_at, state) {numbers} select {concert}, {id:ticket}, {date}, {id:reservation},
           {id:user}, {label}, 'A', 100, 'EUR', {far}, {far} + 1, {past}, 1 from numbers""",
    ],
    "wallet": [
        # Each user has put in 200 and paid 100.
        "insert into login {numbers} select 'many-' || n, {id:user}, {id:user}, '', {past} from numbers",
        "insert into account {numbers} select {id:user}, 'EUR', 100, 0, 3 from numbers",
        "insert into top_up {numbers} select {id:user}, {id:change}, 200, 'EUR' from numbers",
        """insert into entry {numbers}, kinds(kind, amount, available, pending) as
           (values (1, 200, 200, 0), (2, 100, 100, 100), (3, 100, 100, 0)) select {id:user}, 'EUR', kind, kind, amount,
           available, pending, case kind when 1 then {id:change} else {id:payment} end, {past} from numbers, kinds""",
        """insert into payment (user_id, payment_id, concert_id, reservation_id, amount, currency, begun_at, state,
           wants_abort, attempt, decided_at) {numbers} select {id:user}, {id:payment}, {concert}, {id:reservation}, 100,
           'EUR', {past}, 2, 0, 0, {past} from numbers""",
        "insert into payment_owner {numbers} select {id:payment}, {id:user} from numbers",
    ],
}


class Ids:
    """Ids as expressions of an engine. `{id:user}` in a statement is the id of a user for the number n."""

    def __init__(self, pattern):
        self.pattern = pattern

    def of(self, kind, number):
        return self.pattern.replace("KIND", kind[:3]).replace("NUMBER", number)

    def __format__(self, kind):
        return self.of(kind, "n")


def add(engine, onsale, rows):
    """Adds `rows` users with a place, a paid reservation and an account each. Returns the added rows of each service."""
    ids = Ids(engine.ID)
    values = {
        "id": ids, "digits": Ids(engine.DIGITS.replace("ID", engine.ID)), "rows": rows, "seats": SEATS, "past": PAST, "far": FAR,
        "numbers": f"with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < {rows})",
        "room": ids.of("room", "0"), "concert": ids.of("concert", "0"),
        "date": ids.of("date", f"(n - 1) / {SEATS} * {SEATS} + {SEATS}"),
        "label": f"'Stalls-' || (n % {SEATS} / 40 + 1) || '-' || (n % 40 + 1)",
    }
    before = counts(engine, onsale)
    for name, statements in STATEMENTS.items():
        engine.execute(onsale, name, [statement.format(**values) for statement in statements])
    return {name: count - before[name] for name, count in counts(engine, onsale).items()}


def counts(engine, onsale):
    """Returns the number of rows of each service."""
    found = dict.fromkeys(NAMES, 0)
    for table, count, _ in engine.rows(onsale):
        found[table.partition(".")[0]] += count
    return found


class Upgrade:
    """Starts each service once on databases of be9f464 with many rows, in the order of the runbook."""

    def __init__(self, engine, onsale, rows):
        engine.restore(onsale)
        self.added = add(engine, onsale, rows)
        self.seconds, self.progress = {}, {}
        for name in NAMES:
            begun = time.monotonic()
            onsale.start(name)
            self.seconds[name] = time.monotonic() - begun
            log = (onsale.folder / f"{name}.log").read_text()
            self.progress[name] = re.findall(r"database migrating migration=.* step=\"?(\d+ of \d+)", log)
