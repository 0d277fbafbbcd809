"""Every method of the waiting room, accepted and refused."""

from calls.script import FAR, PAST, Script, around, state

HOUR = 3_600_000
LONG_STAY = {"readyMs": HOUR, "idleMs": HOUR, "hardLimitMs": 24 * HOUR}
NAMES = [
    "", "a", "a" * 64, "a" * 65, "Spring", "1st", "-a", "a-", "a_b", "a b", "é", "a\u0007", "a.b", "a-0", "ａ",
]


def calls():
    script = Script("queue")
    rooms(script)
    configure(script)
    steps(script)
    find(script)
    line(script)
    stays(script)
    ends(script)
    roles(script)
    return script.calls


def rooms(s):
    s.call("CreateRoom", "operator", {"name": "plain"}, id="plain")
    s.call("CreateRoom", "operator", {"name": "plain"}, id="plain")
    s.call("CreateRoom", "operator", {"name": "other"}, id="plain")
    s.call("CreateRoom", "operator", {"name": "plain", "limits": {"activeLimit": 1}}, id="plain")
    s.call("CreateRoom", "operator", {"name": "plain"})
    for wrong in (None, "0x", "0x00", "0x" + "01" * 15, "0x" + "01" * 17):
        s.call("CreateRoom", "operator", {"name": "no-id"}, id=wrong)
    s.call("CreateRoom", "operator", {"name": "zero-id"}, id="0x" + "00" * 16)
    for number, name in enumerate(NAMES):
        s.call("CreateRoom", "operator", {"name": name}, id=f"room-named-{number}")
    for field, lowest, highest in LIMITS:
        for value in around(lowest, highest):
            limits = {"hardLimitMs": 24 * HOUR, field: value}
            s.call("CreateRoom", "operator", {"name": f"{field.lower()}-{value}", "limits": limits})
    for idle, hard in ((HOUR, HOUR), (HOUR, HOUR - 1), (1000, 999), (0, 300_000), (0, 299_999), (HOUR, 0), (1000, 0)):
        request = {"name": f"idle-{idle}-hard-{hard}", "limits": {"idleMs": idle, "hardLimitMs": hard}}
        s.call("CreateRoom", "operator", request)
    for number, (joins, opens) in enumerate(TIMES):
        times = {"joinsAt": joins, "opensAt": opens}
        s.call("CreateRoom", "operator", {"name": f"times-{number}", "times": times}, id=f"times-{number}")
    for size in (0, 1, 2, 500, 501, 2**32 - 1):
        s.read("ListRooms", "operator", {"pageSize": size})
    s.read("ListRooms", "operator", {"pageSize": 3, "afterRoomId": "$plain"})
    s.read("ListRooms", "operator", {"afterRoomId": "0x" + "ff" * 16})
    s.ids("ListRooms", "operator", {}, "afterRoomId", id=None, may_be_empty=("afterRoomId",))


LIMITS = [
    ("activeLimit", 1, 1_000_000), ("ratePerSecond", 1, 100_000), ("readyMs", 1000, HOUR), ("idleMs", 1000, HOUR),
    ("hardLimitMs", 300_000, 24 * HOUR),
]
TIMES = [
    (FAR, FAR), (FAR + 1, FAR), (FAR, FAR + 1), (FAR, 0), (0, FAR), (PAST, FAR), (PAST, PAST), (0, PAST), (PAST, 0),
    (-1, 0), (0, -1), (-(2**63), 0), (2**63 - 1, 2**63 - 1), (1, 1),
]


def configure(s):
    s.call("CreateRoom", "operator", {"name": "tuned", "times": {"joinsAt": FAR, "opensAt": FAR}}, id="tuned")
    base = {"roomId": "$tuned"}
    s.call("ConfigureRoom", "operator", base)
    s.call("ConfigureRoom", "operator", base, id=None)
    s.call("ConfigureRoom", "operator", {**base, "limits": {}})
    s.call("ConfigureRoom", "operator", {**base, "times": {"joinsAt": FAR - 1, "opensAt": FAR}})
    s.call("ConfigureRoom", "operator", {**base, "times": {"joinsAt": FAR, "opensAt": FAR - 1}})
    s.call("ConfigureRoom", "operator", {**base, "times": {"joinsAt": -1}})
    for field, lowest, highest in LIMITS:
        s.sweep("ConfigureRoom", "operator", {**base, "limits": {"hardLimitMs": 24 * HOUR}}, f"limits.{field}",
                around(lowest, highest))
    s.call("ConfigureRoom", "operator", {"roomId": "$no-such-room", "limits": {}})
    s.ids("ConfigureRoom", "operator", base, "roomId")
    s.call("ConfigureRoom", "operator", {**base, "times": {}, "limits": {"activeLimit": 7}})
    s.call("OpenRoom", "operator", base)
    s.call("ConfigureRoom", "operator", {**base, "times": {"joinsAt": FAR, "opensAt": FAR}})
    s.call("ConfigureRoom", "operator", {**base, "limits": {"ratePerSecond": 9}})
    s.call("CloseRoom", "operator", base)
    s.call("ConfigureRoom", "operator", {**base, "limits": {}})


def steps(s):
    """Each step in each state of a room."""
    ways = {
        "scheduled": [], "open": ["OpenRoom"], "paused": ["OpenRoom", "PauseRoom"],
        "draining": ["OpenRoom", "DrainRoom"], "closed": ["CloseRoom"],
    }
    for state_of_room, way in ways.items():
        for step in ("OpenRoom", "PauseRoom", "DrainRoom", "CloseRoom"):
            room = f"{state_of_room}-{step.lower()}"
            s.call("CreateRoom", "operator", {"name": room, "limits": {"activeLimit": 1, **LONG_STAY}}, id=room)
            # A place that stays keeps a draining room from closing.
            if way[:1] == ["OpenRoom"]:
                s.call("OpenRoom", "operator", {"roomId": "$" + room})
                s.call("Join", "alice", {"roomId": "$" + room})
            for earlier in way:
                s.call(earlier, "operator", {"roomId": "$" + room})
            s.call(step, "operator", {"roomId": "$" + room})
            s.call(step, "operator", {"roomId": "$" + room})
    s.call("CreateRoom", "operator", {"name": "pre", "times": {"joinsAt": PAST, "opensAt": FAR}}, id="pre")
    s.call("PauseRoom", "operator", {"roomId": "$pre"})
    s.call("CreateRoom", "operator", {"name": "empties", "times": {"opensAt": PAST}}, id="empties")
    s.call("DrainRoom", "operator", {"roomId": "$empties"})
    s.read("FindRoom", "nobody", {"roomId": "$empties"}, until=state("room.state", "CLOSED"))
    for step in ("OpenRoom", "PauseRoom", "DrainRoom", "CloseRoom"):
        s.ids(step, "operator", {}, "roomId")
        s.call(step, "operator", {"roomId": "$no-such-room"})


def find(s):
    for name in ("plain", "nowhere", *NAMES):
        s.read("FindRoom", "nobody", {"name": name})
    s.read("FindRoom", "nobody", {"roomId": "$plain"})
    s.read("FindRoom", "alice", {"roomId": "$plain", "name": "nowhere"})
    s.read("FindRoom", "operator", {"roomId": "$no-such-room", "name": "plain"})
    s.ids("FindRoom", "nobody", {}, "roomId", id=None, may_be_empty=("roomId",))


def line(s):
    room = {"roomId": "$line"}
    s.call("CreateRoom", "operator", {"name": "line", "limits": {"activeLimit": 1, **LONG_STAY}}, id="line")
    s.call("Join", "alice", room, id="alice-in-line")
    s.call("OpenRoom", "operator", room)
    for wrong in (None, "0x01"):
        s.call("Join", "alice", room, id=wrong)
    s.ids("Join", "alice", {}, "roomId")
    s.call("Join", "alice", {"roomId": "$no-such-room"})
    s.call("Join", "alice", room, id="alice-in-line")
    s.read("ShowPlace", "alice", {**room, "placeId": "$alice-in-line"}, until=state("place.state", "ADMITTED"))
    s.call("Join", "alice", room, id="alice-again")
    s.call("Join", "bob", room, id="bob-in-line")
    s.call("Join", "bob", room, id="alice-in-line")
    s.call("Join", "carol", room, id="bob-in-line")
    s.call("Join", "carol", room, id="carol-in-line")
    for method in ("ShowPlace", "Renew", "Leave", "WatchPlace", "FinishPass", "RevokePlace", "ShowHistory"):
        caller = {"FinishPass": "service", "RevokePlace": "operator", "ShowHistory": "operator"}.get(method, "bob")
        more = {"take": 1} if method == "WatchPlace" else {}
        reason = {"reason": "why"} if method == "RevokePlace" else {}
        id = None if method in ("ShowPlace", "WatchPlace", "ShowHistory") else "new"
        s.sweep(method, caller, {**room, **reason}, "placeId", ["", "0x01", "$no-such-place"], id=id, **more)
        s.sweep(method, caller, {"placeId": "$bob-in-line", **reason}, "roomId",
                ["", "0x01", "$no-such-room", "$plain"],
                id=id, **more)
    bob = {**room, "placeId": "$bob-in-line"}
    for method in ("ShowPlace", "Renew", "Leave"):
        s.call(method, "alice", bob)
    s.read("WatchPlace", "alice", bob, take=1)
    s.read("WatchPlace", "bob", bob, take=1)
    s.call("Renew", "bob", bob)
    s.call("FinishPass", "service", bob)
    s.read("ShowHistory", "operator", bob)
    s.read("ShowRoom", "operator", room)
    s.ids("ShowRoom", "operator", {}, "roomId", id=None)
    s.read("ShowRoom", "operator", {"roomId": "$no-such-room"})


def stays(s):
    room = {"roomId": "$line"}
    alice, bob, carol = ({**room, "placeId": f"${name}-in-line"} for name in ("alice", "bob", "carol"))
    s.call("FinishPass", "service", alice)
    s.call("Renew", "alice", alice)
    s.call("Renew", "alice", alice, id=None)
    s.read("ShowPlace", "alice", alice)
    s.read("ShowRoom", "operator", room)
    s.call("FinishPass", "service", alice)
    s.read("ShowPlace", "bob", bob, until=state("place.state", "ADMITTED"))
    s.call("FinishPass", "service", alice)
    s.call("Renew", "alice", alice)
    s.call("Leave", "alice", alice)
    s.call("RevokePlace", "operator", {**alice, "reason": "late"})
    s.read("WatchPlace", "alice", alice, take=2)
    s.call("Renew", "bob", bob)
    for reason in ("", "r" * 200, "r" * 201, "é" * 200, "\u0007bell", " "):
        s.call("RevokePlace", "operator", {**bob, "reason": reason})
    s.call("Renew", "bob", bob)
    s.read("ShowHistory", "operator", bob)
    s.read("ShowPlace", "carol", carol, until=state("place.state", "ADMITTED"))
    s.call("Leave", "carol", carol, id=None)
    s.call("Leave", "carol", carol)
    s.call("Renew", "carol", carol)
    s.call("Join", "carol", room, id="carol-once-more")
    s.call("Join", "carol", room, id="carol-in-line")
    s.read("ShowHistory", "operator", carol)
    s.read("ShowRoom", "operator", room, until=state("leftCount", 1))


def ends(s):
    quick = {"activeLimit": 1, "readyMs": 1000, "idleMs": 1000, "hardLimitMs": 2000}
    s.call("CreateRoom", "operator", {"name": "quick", "limits": quick, "times": {"opensAt": PAST}}, id="quick")
    dave = {"roomId": "$quick", "placeId": "$dave-quick"}
    s.call("Join", "dave", {"roomId": "$quick"}, id="dave-quick")
    s.read("ShowPlace", "dave", dave, until=state("place.state", "LAPSED"))
    s.call("Renew", "dave", dave)
    s.call("Leave", "dave", dave)
    s.read("ShowHistory", "operator", dave)
    s.call("CloseRoom", "operator", {"roomId": "$quick"})
    s.call("Join", "dave", {"roomId": "$quick"})
    s.call("CreateRoom", "operator", {"name": "closing", "limits": {"activeLimit": 1, **LONG_STAY},
                                      "times": {"opensAt": PAST}}, id="closing")
    place = {"roomId": "$closing", "placeId": "$erin-closing"}
    s.call("Join", "erin", {"roomId": "$closing"}, id="erin-closing")
    s.call("CloseRoom", "operator", {"roomId": "$closing"})
    s.read("ShowPlace", "erin", place, until=state("place.state", "REVOKED"))
    s.call("Renew", "erin", place)
    s.call("Join", "frank", {"roomId": "$closing"})
    s.call("CreateRoom", "operator", {"name": "drained", "limits": {"activeLimit": 1, **LONG_STAY},
                                      "times": {"opensAt": PAST}}, id="drained")
    s.call("Join", "erin", {"roomId": "$drained"}, id="erin-drained")
    s.call("DrainRoom", "operator", {"roomId": "$drained"})
    s.call("Join", "frank", {"roomId": "$drained"})
    s.call("Join", "erin", {"roomId": "$drained"}, id="erin-drained-again")
    for number, opens in ((2, "times-0"), (4, "plain")):
        s.call("Join", "erin", {"roomId": "$" + opens}, id=f"early-{number}")


def roles(s):
    place = {"roomId": "$line", "placeId": "$alice-in-line"}
    for method in ("CreateRoom", "ConfigureRoom", "OpenRoom", "PauseRoom", "DrainRoom", "CloseRoom"):
        s.roles(method, {"name": "x"} if method == "CreateRoom" else {"roomId": "$plain"}, "operator")
    for method in ("ListRooms", "ShowRoom", "ShowHistory"):
        s.roles(method, {} if method == "ListRooms" else place if method == "ShowHistory" else {"roomId": "$line"},
                "operator", id=None)
    s.roles("RevokePlace", {**place, "reason": "x"}, "operator")
    s.roles("FinishPass", place, "service")
    s.roles("Join", {"roomId": "$line"}, "user")
    for method in ("ShowPlace", "Renew", "Leave", "WatchPlace"):
        s.roles(method, place, "user", id=None)
    for caller in ("operator", "service", "forged", "alice's old credential"):
        s.read("FindRoom", caller, {"name": "plain"})
