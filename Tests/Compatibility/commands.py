"""Every command of the gateway with --json, in an order in which each one has output."""

import json
import re
import shlex
import time

import replay
from calls import history
from calls.script import Script
from values import Keys, Values

# One command per line. {name} is a value of an earlier output. ` => ` names values of this output. Another user runs a
# line that begins with `bob: `. A line that ends with ` !` is refused.
LINES = """
admin credential --keys {keys}
admin keys create --keys fresh-keys
admin keys list --keys fresh-keys
admin keys stage auth --keys fresh-keys => key=1.id
admin keys promote auth {key} --keys fresh-keys
admin keys list --keys fresh-keys => old=1.id
admin keys drop auth {old} --yes --keys fresh-keys
status
methods
methods Join
completion bash
sign-up alice --password-file {password}
bob: sign-up bob --password-file {password}
whoami
sign-out
sign-in alice --password-file {password}
admin room create spring --active 2 --rate 100 --ready 1h --idle 1h --stay 24h
admin room configure spring --active 50
admin room open spring
admin room create other
admin room open other
admin room pause other
admin room drain other
admin room close other --yes
admin room list
admin concert create gala --title 'Spring Gala' --host 'City Hall' --currency EUR
admin schedule add gala/friday --starts '2037-04-02 20:00' --ends '2037-04-02 23:00' --room spring --cancel-until '2037-04-01 20:00' --hold 24h --seats-per-user 20
admin schedule add gala/sunday --starts '2037-04-04 20:00' --ends '2037-04-04 23:00'
admin schedule configure gala/sunday --seats-per-user 2
admin schedule list gala
admin seats set gala/friday --hall {hall}
admin seats set gala/sunday --hall {hall}
admin seats block gala/friday Stalls-1-19..20 --reason 'the camera stands there'
admin seats unblock gala/friday Stalls-1-20
admin top-up alice 500 EUR
top-up 200 EUR
top-up 1000 JPY
concerts
join gala/friday --no-wait
place
join gala/friday --wait => place=placeId
place gala
admin room show spring
admin room history spring {place}
dates gala
seats gala/friday
seats gala/friday --section Stalls
reserve gala/friday Stalls-1-1 Stalls-1-2 => reservation=reservationId
reservations
release {reservation}
reserve gala/friday --best 2 --grade A => reservation=reservationId
pay {reservation} => payment=paymentId
payment {payment}
payment
payments
tickets => ticket=0.ticketId
ticket show {ticket} => code=ticketCode
ticket verify {code}
history
history --currency EUR
balance
cancel {reservation} --yes
payments
tickets
join gala/friday --wait
buy gala/friday Stalls-1-5 --yes
tickets => ticket=0.ticketId
ticket show Stalls-1-5 => code=ticketCode
admin check-in {code} --any-date
admin check-in {code} --any-date !
reservations gala
admin seats history gala/friday Stalls-1-5
admin report gala
bob: join gala/friday --wait => place=placeId
admin room revoke spring {place} --reason 'bought by a robot'
bob: place gala
join gala/friday --wait
leave
reserve gala/friday Stalls-1-99 !
pay
admin audit
admin halts list
admin halts lift halted --yes
call ListConcerts {{}}
call Health/Check
"""
HALL = "Stalls, 1-2, 1-20, A, 60.00\nBalcony, A-B, 1-16, B, 35.50\n"
PASSWORD = "correct horse battery\n"
READS = ("payment", "tickets", "history", "reservations", "place", "admin room show", "admin report")
# The time that background jobs have between two commands, in seconds.
PATIENCE = 60


def commands(onsale, recorded=None):
    """Runs all lines. Yields each line, its finished process, and the keys of its JSON."""
    for name, content in (("hall", HALL), ("password", PASSWORD)):
        (onsale.folder / name).write_text(content)
        (onsale.folder / name).chmod(0o600)
    values = {name: str(onsale.folder / name) for name in ("keys", "hall", "password")}
    for number, line in enumerate(LINES.strip().splitlines()):
        typed, _, saved = line.partition(" => ")
        if typed == "admin halts list":
            halt(onsale)
        done = run(onsale, typed, values, recorded[number]["keys"] if recorded else {})
        shown = parsed(done.stdout or done.stderr)
        for pair in saved.split():
            name, path = pair.split("=")
            values[name] = str(at(shown[-1] if shown else {}, path))
        yield line, done, keys(shown[-1]) if shown else {}


def halt(onsale):
    """Breaks an invariant, so that there is a halt to list."""
    performer = replay.Performer(onsale.addresses, Values(Keys(onsale.keys)))
    script = Script("wallet")
    history.halts(script)
    for call in script.calls:
        is_there = call.pop("_until", lambda _: True)
        performer.repeat(call, is_there, PATIENCE)
    performer.close()


def run(onsale, typed, values, wanted):
    """Repeats a command that is refused, or that shows work which background jobs have not finished."""
    may_fail, home = typed.endswith(" !"), "home"
    words = typed.removesuffix(" !").format(**values)
    if words.startswith("bob: "):
        words, home = words.removeprefix("bob: "), "bob"
    limit = time.monotonic() + PATIENCE
    while True:
        done = onsale.gateway(*shlex.split(words), "--json", home=home)
        shown = parsed(done.stdout) or [{}]
        is_complete = not words.startswith(READS) or not missing(wanted, keys(shown[-1]))
        if may_fail or (done.returncode == 0 and is_complete) or time.monotonic() > limit:
            return done
        time.sleep(0.2)


def unused(onsale):
    """Returns the commands that the help of the gateway lists and no line runs."""
    names = []
    for group in ("", "admin"):
        listed = onsale.gateway(*group.split(), "--help").stdout
        names += [f"{group} {name}".strip() for name in re.findall(r"(?m)^  ([a-z][a-z-]*(?: [a-z]+)*)  ", listed)]
    typed = [line.removeprefix("bob: ") + " " for line in LINES.splitlines()]
    return [name for name in names if name != "admin" and not any(line.startswith(name + " ") for line in typed)]


def parsed(text):
    """Returns the objects of an output, one per line."""
    try:
        return [json.loads(line) for line in text.splitlines() if line]
    except ValueError:
        return None


def at(content, path):
    for name in path.split("."):
        content = content[int(name)] if name.isdigit() else content[name]
    return content


def keys(content, path=""):
    """Returns each key with the kind of its value: `dates[].counts.free` is a number."""
    if isinstance(content, dict):
        found = {}
        for name, value in content.items():
            found.update(keys(value, f"{path}.{name}" if path else name))
        return found if found or not path else {path: "object"}
    if isinstance(content, list):
        found = {f"{path}[]": "list"}
        for item in content:
            found.update(keys(item, f"{path}[]"))
        return found
    kind = {bool: "flag", int: "number", float: "number", str: "text"}.get(type(content), "null")
    return {path: kind}


def missing(recorded, found):
    """Returns the recorded keys that an output lacks or has with another kind of value."""
    wanted = {name: kind for name, kind in recorded.items() if kind != "null"}
    return {name: (kind, found.get(name)) for name, kind in wanted.items() if found.get(name) != kind}
