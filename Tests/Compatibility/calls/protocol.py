"""Envelopes, payloads and frames that every service refuses."""

from calls.script import Script

FIND = {"name": "plain"}
PLAIN = "0a05706c61696e"  # FindRoomRequest {name: "plain"}


def calls():
    s = Script("queue")
    s.call("CreateRoom", "operator", {"name": "plain"}, id="plain")
    methods(s)
    payloads(s)
    envelopes(s)
    for package in ("queue", "concert", "wallet"):
        frames(s, package)
        common(s, package)
    return s.calls


def methods(s):
    for name in ("", "FindRoom", "onsale.queue.v1.Queue/Find", "onsale.queue.v1.Queue.FindRoom",
                 "onsale.concert.v1.Concert/CheckIn",
                 "/onsale.queue.v1.Queue/FindRoom", "onsale.queue.v2.Queue/FindRoom", "é/é"):
        s.calls.append({"call": name, "to": "queue", "payload": ""})


def payloads(s):
    """Bytes that are no request, and requests in the form of other libraries."""
    shapes = {
        "empty": "", "unknown field": PLAIN + "f80701", "16 unknown fields": PLAIN + "f80701" * 16,
        "17 unknown fields": PLAIN + "f80701" * 17, "name twice": "0a0178" + PLAIN, "ends early": "0a05706c",
        "wrong wire type": "0801", "group": "0b0c", "number of field 0": "0000", "not UTF-8": "0a02c328",
              "NUL": "0a0161" + "0a0100",
        "long varint": "0a8180808080808080808001", "a length of 2^31": "0affffffff07", "text": "68656c6c6f",
        "id of the wrong length": "1203616263", "overlong length": "0a858000706c61696e",
    }
    for payload in shapes.values():
        s.read("FindRoom", "nobody", payload=payload)
    twice = "0a01611200" + "1200"
    nested = {"limits twice": twice, "wrong type in limits": "0a0161" + "12020a00",
              "limits with a number of 64 bits": "0a0162" + "120b08ffffffffffffffffff01",
              "a negative time": "0a0163" + "1a0b08ffffffffffffffffff01"}
    for payload in nested.values():
        s.call("CreateRoom", "operator", payload=payload)
    s.call("concert.SetSeats", "operator", payload="1a00*32768")
    s.call("concert.SetSeats", "operator", payload="1a00*32769")


def envelopes(s):
    for trace in ("", "0x00", "0x" + "00" * 25, "0x" + "11" * 24 + "01", "0x" + "11" * 26):
        s.read("FindRoom", "nobody", FIND, envelope={"trace": trace})
    for count, size in ((32, 1), (33, 1), (1, 8 * 1024 + 1), (1, 1024)):
        metadata = [{"key": f"key-{number}", "value": f"0x00*{size}"} for number in range(count)]
        s.read("FindRoom", "nobody", FIND, envelope={"metadata": metadata})
    s.read("FindRoom", "nobody", FIND, envelope={"metadata": [{"key": "", "value": ""}]})
    for field, values in {"timeoutUs": (0, 2**64 - 1), "attempt": (1, 2**32 - 1), "flags": (0, 1, 2, 2**32 - 1),
                          "credit": (0, 1, 2**32 - 1)}.items():
        for value in values:
            s.read("FindRoom", "nobody", FIND, envelope={field: value})
    s.read("FindRoom", "nobody", {"name": "n*300000"})
    s.read("FindRoom", "nobody", {"name": "n*200000"})


def frames(s, package):
    """First frames, each on a new connection."""
    envelopes_of_frames = {
        "no bytes": "", "no envelope": "ff", "request 0": "08001001", "request without a method": "08011001",
        "method that is not UTF-8": "080110011a02c328", "request id of one byte": "080110014a0100",
        "ping": "08051006", "hello": "10097a0408011001", "hello of version 2": "10097a0408021003",
        "hello that is none": "10097a01ff", "id in another wire type": "0a0101",
        "metadata that is none": "08011001" "1a1d" + b"onsale.health.v1.Health/Check".hex() + "3a01ff",
    }
    for envelope in envelopes_of_frames.values():
        s.calls.append({"frame": f"{len(envelope) // 2:08x}" + envelope, "to": package})
    for other in ("GET / HTTP/1.1\r\n\r\n".encode().hex(), "01000000" + "00" * 8):
        s.calls.append({"frame": other, "to": package})


def common(s, package):
    health = "onsale.health.v1.Health/Check"
    for service in ("", f"onsale.{package}.v1.{package.capitalize()}", "onsale.nowhere.v1.Nowhere",
                    "onsale.health.v1.Health"):
        s.calls.append({"call": health, "to": package, "request": {"service": service}})
    s.calls.append({"call": health, "to": package, "as": "forged", "request": {}})
    s.calls.append({"call": health, "to": package, "as": "operator", "request": {}})
