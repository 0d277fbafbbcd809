#!/usr/bin/python3
"""Checks the draw of a waiting line from files, with the public key of the site only.

    verify_draw.py KEY DRAW LOG [RECEIPT]

Needs Python and openssl. DRAW is a file of `gateway line --draw-file`, LOG one of `gateway line --output-file`, RECEIPT one of
`gateway place --receipt`. Exits with 1 if the list, the secret, the beacon or the order was changed.
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


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    key = b64decode(sys.argv[1].split("+", 2)[2])[1:]
    draw, log = read_record(sys.argv[2], key), verify.File(sys.argv[3], key)
    if "secret" not in draw:
        sys.exit(f"the draw of {draw['origin']} has not happened yet")
    count, root, secret = int(draw["participants"]), b64decode(draw["root"]), b64decode(draw["secret"])
    beacon = b"" if draw["beacon"] == "none" else b64decode(draw["beacon"])
    if draw["origin"] != log.origin:
        sys.exit(f"the record and {log.name} are about different lines")
    if verify.sha256(secret) != b64decode(draw["secret-hash"]):
        sys.exit("the secret is not the one that was promised")
    if count > log.size or (verify.tree_hash(log.known, 0, count) if count else verify.sha256()) != root:
        sys.exit(f"the first {count} places of {log.name} do not give the root of the draw: the list was changed")
    room = verify.uuid.UUID(draw["origin"].split("/")[-1]).bytes
    order = drawn_order(verify.sha256(b"onsale draw v1", room, count.to_bytes(8, "big"), root, secret, beacon), count)
    print(f"{count} users took part, and the order follows from the draw.")
    if len(sys.argv) == 5:
        receipt = verify.File(sys.argv[4], key)
        leaf = receipt.number - 1
        number = order.index(leaf) + 1 if leaf < count else receipt.number
        if receipt.position not in (0, number):
            wrong = f"the first wrong leaf is {leaf}: place {leaf + 1} drew number {number}"
            sys.exit(f"{wrong}, and the service says {receipt.position}")
        print(f"The place of the receipt has number {number}.")
    print(f"Beacon of round {draw['round']}: {beacon.hex()}" if beacon else "WITHOUT A BEACON: the list may have been chosen to suit the order.")


if __name__ == "__main__":
    main()
