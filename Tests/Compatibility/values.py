"""Named values of recorded calls: ids, credentials, passes, and times near to now."""

import hashlib
import hmac
import pathlib
import re
import struct
import time

FAR = 4_102_444_800_000  # The year 2100, in milliseconds since 1970.
LATER = 5_680_281_600_000  # 2150: deadlines of rows that must not change. A room that catches up shifts them.
PAST = 1_000_000_000_000  # The year 2001.
DAY = 86_400_000
ROLES = {"user": 1, "operator": 2, "service": 4}


class Keys:
    """Signs like the services, with the keys of a key file."""

    CREDENTIAL, PASS = 1, 2

    def __init__(self, path):
        kind, number, secret = next(
            line.split() for line in pathlib.Path(path).read_text().splitlines() if line.startswith("auth "))
        self.number, self.secret = bytes.fromhex(number), bytes.fromhex(secret)

    def sign(self, purpose, body):
        derived = hashlib.blake2b(
            b"", digest_size=32, key=self.secret, salt=struct.pack("<QQ", purpose, 0),
            person=b"onsale01".ljust(16, b"\0")).digest()
        content = bytes([purpose]) + self.number + body
        return content + hmac.new(derived, content, hashlib.sha512).digest()[:32]

    def credential(self, user, role, expiry=FAR):
        return self.sign(self.CREDENTIAL, bytes([role]) + user + struct.pack(">q", expiry))

    def ticket_pass(self, room, place, user, expiry=FAR):
        return self.sign(self.PASS, room + place + user + struct.pack(">q", expiry))


def id_of(name):
    """Returns the same 16 bytes each time for a name, with the version and the variant of a UUIDv7."""
    made = bytearray(hashlib.sha256(name.encode()).digest()[:16])
    made[6], made[8] = 0x70 | made[6] & 0x0F, 0x80 | made[8] & 0x3F
    return bytes(made)


def unhex(text):
    """Returns the bytes of hexadecimal digits. `00*1025` is 1,025 zeros."""
    digits, _, count = text.partition("*")
    return bytes.fromhex(digits) * int(count or 1)


class Values:
    """The values of names during one run. `save` binds names to values that the services create."""

    def __init__(self, keys):
        self.keys = keys
        self.started = int(time.time() * 1000)
        self.known = {}
        self.names = {}

    def bind(self, name, value):
        self.known[name] = value
        self.names[value] = "$" + name

    def bytes(self, text):
        if text.startswith("0x"):
            return unhex(text[2:])
        signed = re.fullmatch(r"\$pass\((.*)\)", text)
        if signed:
            words = [word.strip() for word in signed.group(1).split(",")]
            ids = [self.bytes("$" + word) for word in words[:3]]
            return self.keys.ticket_pass(*ids, PAST if words[3:] == ["expired"] else FAR)
        if not text:
            return b""
        name = text.removeprefix("$")
        if name not in self.known:
            self.bind(name, id_of(name))
        return self.known[name]

    def text(self, text):
        repeated = re.fullmatch(r"(.)\*(\d{4,})", text)
        if repeated:
            return repeated.group(1) * int(repeated.group(2))
        return self.known[text[1:]] if text.startswith("$") and text[1:] in self.known else text

    def name(self, value):
        if value in self.names:
            return self.names[value]
        if len(value) == 93 and value[0] == Keys.PASS:
            room, place, user = (self.name(value[at:at + 16]) for at in (5, 21, 37))
            genuine = self.keys.sign(Keys.PASS, value[5:61]) == value
            return f"$pass({room[1:]}, {place[1:]}, {user[1:]})" if genuine else "forged"
        return "0x" + value.hex() if value else ""

    def name_of_text(self, text):
        return self.names.get(text, text)

    def time(self, number):
        """Replaces a time between the start of the run and ten days later by `now` plus seconds, in steps of 30."""
        if not self.started <= number < self.started + 10 * DAY:
            return "later" if LATER <= number < LATER + 10_000 * DAY else number
        steps = round((number / 1000 - time.time()) / 30) * 30
        return f"now{steps:+}s" if steps > 0 else "now"

    def credential(self, caller):
        """Returns the credential of `alice`, `operator`, `service`, or one of the invalid ones."""
        if "credential " + caller in self.known:
            return self.known["credential " + caller]
        user = self.bytes("$" + caller.removesuffix("'s old credential"))
        if caller == "nobody":
            return b""
        if caller == "malformed":
            return b"\1\2\3"
        if caller == "forged":
            signed = self.keys.credential(user, ROLES["user"])
            return signed[:-1] + bytes([signed[-1] ^ 1])
        if caller == "unknown key":
            signed = self.keys.credential(user, ROLES["user"])
            return signed[:1] + b"\0\0\0\1" + signed[5:]
        if caller == "two roles":
            return self.keys.credential(user, ROLES["user"] | ROLES["operator"])
        if caller.endswith("'s old credential"):
            return self.keys.credential(user, ROLES["user"], PAST)
        return self.keys.credential(user, ROLES.get(caller, ROLES["user"]))
