#!/usr/bin/python3
"""Checks the draw of a waiting line from files, with the public key of the site only.

    verify_draw.py KEY DRAW LOG [FILE...]

Needs Python and openssl. DRAW is a file of `gateway line --draw-file`, LOG one of `gateway line --output-file`. Each FILE is a
receipt of `gateway place --receipt`, or a DRAW from before. Exits with 1 if the list, the secret, the beacon or the order was changed.
"""

import sys
from base64 import b64decode
from pathlib import Path

import verify


def read_record(name, key):
    """The words of each line by its name, in a file that the site has signed."""
    text, _, signatures = Path(name).read_text("utf-8").rpartition("\n\n")
    origin, *lines = text.split("\n")
    signed = [b64decode(line.split(" ")[2])[4:] for line in signatures.splitlines() if f"— {origin} " in line]
    if not any(verify.is_signed(text.encode() + b"\n", signature, key) for signature in signed):
        sys.exit("the record of the draw is not signed by the key of the site")
    return {"origin": origin, **dict(line.split(" ") for line in lines)}


def numbers(seed):
    """Random numbers of 64 bits: block i is SHA-256(seed | i)."""
    for block in range(2**64):
        data = verify.sha256(seed, block.to_bytes(8, "big"))
        yield from (int.from_bytes(data[start:start + 8], "big") for start in (0, 8, 16, 24))


def drawn_order(seed, count):
    """The leaves in the order of the line: a Fisher-Yates shuffle."""
    order, random = list(range(count)), numbers(seed)
    for last in range(count - 1, 0, -1):
        limit = 2**64 - 2**64 % (last + 1)
        chosen = next(number for number in random if number < limit) % (last + 1)
        order[last], order[chosen] = order[chosen], order[last]
    return order


def order_of(draw):
    count, parts = int(draw["participants"]), [b64decode(draw[name]) for name in ("root", "secret")]
    room = verify.uuid.UUID(draw["origin"].split("/")[-1]).bytes
    seed = verify.sha256(b"onsale draw v1", room, count.to_bytes(8, "big"), *parts, beacon_of(draw))
    return drawn_order(seed, count)


def beacon_of(draw):
    return b"" if draw["beacon"] == "none" else b64decode(draw["beacon"])


def check_record(draw, log):
    if "secret" not in draw:
        sys.exit(f"the draw of {draw['origin']} has not happened yet")
    if draw["origin"] != log.origin:
        sys.exit(f"the record and {log.name} are about different lines")
    if verify.sha256(b64decode(draw["secret"])) != b64decode(draw["secret-hash"]):
        wrong("the secret is not the one that was promised", draw)
    count = int(draw["participants"])
    root = verify.tree_hash(log.known, 0, count) if 0 < count <= log.size else verify.sha256()
    if count > log.size or root != b64decode(draw["root"]):
        wrong(f"the first {count} places of {log.name} do not give the root of the draw, so the list was changed", draw)


def check_beacon(draw, file, tolerance=10_000):
    """The list must be closed before the beacon exists, and the numbers must not be known before."""
    if len(beacon_of(draw)) != 48:
        return
    # The round of the network quicknet.
    published = 1_692_803_367_000 + 3000 * (int(draw["round"]) - 1)
    at = f"round {draw['round']} was published at {published}"
    if file.size < int(draw["participants"]) and file.at > published + tolerance:
        wrong(f"{at}, and the list still grew at {file.at}", draw)
    if not file.number or file.number > int(draw["participants"]):
        return
    place = f"the first wrong leaf is {file.number - 1}: place {file.number}"
    if file.joined > published + tolerance:
        sys.exit(f"{place} joined at {file.joined}, but {at}")
    if file.position > 0 and file.stated < published - tolerance:
        sys.exit(f"{place} had a number at {file.stated}, but {at}")


def wrong(sentence, draw):
    leaves = f". The first wrong leaf is one of 0 to {int(draw['participants']) - 1}" if draw["participants"] != "0" else ""
    sys.exit(sentence + leaves)


def check_early(early, draw):
    if early["origin"] != draw["origin"]:
        sys.exit("the two records are about different lines")
    if early["round"] != draw["round"]:
        wrong(f"round {early['round']} was promised, and round {draw['round']} was used", draw)
    if early["secret-hash"] != draw["secret-hash"]:
        wrong("the secret is not the one that was promised", draw)
    if any(early.get(name, draw[name]) != draw[name] for name in ("participants", "root")):
        wrong("the list of participants was changed after it was closed", draw)
    if early.get("beacon", draw["beacon"]) != draw["beacon"]:
        before, after = order_of(early), order_of(draw)
        index = next((index for index in range(len(after)) if before[index] != after[index]), None)
        repeated = "the draw was repeated: the earlier record has another result"
        if index is None:
            wrong(repeated, draw)
        drew = f"place {after[index] + 1} now has number {index + 1}, which place {before[index] + 1} drew"
        sys.exit(f"{repeated}. The first wrong leaf is {after[index]}: {drew}")


def check_receipt(receipt, order):
    leaf = receipt.number - 1
    number = order.index(leaf) + 1 if leaf < len(order) else receipt.number
    if receipt.position not in (0, number):
        drew = "drew" if leaf < len(order) else "has"
        start = f"the first wrong leaf is {leaf}: place {leaf + 1} {drew} number {number}"
        sys.exit(f"{start}, and the service says {receipt.position}")
    print(f"The place of the receipt has number {number}.")


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    key = b64decode(sys.argv[1].split("+", 2)[2])[1:]
    draw, log = read_record(sys.argv[2], key), verify.read(sys.argv[3], key)
    records = [name for name in sys.argv[4:] if Path(name).read_text("utf-8").split("\n")[1].startswith("round ")]
    receipts = [verify.read(name, key) for name in sys.argv[4:] if name not in records]
    for receipt in receipts:
        verify.compare(*((receipt, log) if receipt.size < log.size else (log, receipt)))
    check_record(draw, log)
    for name in records:
        check_early(read_record(name, key), draw)
    for file in [log, *receipts]:
        check_beacon(draw, file)
    order = order_of(draw)
    print(f"{len(order)} users took part, and the order follows from the draw.")
    for receipt in receipts:
        check_receipt(receipt, order)
    beacon = beacon_of(draw)
    print(f"Beacon of round {draw['round']}: {beacon.hex()}" if beacon else "WITHOUT A BEACON: the list may have been chosen to suit the order.")


if __name__ == "__main__":
    main()
