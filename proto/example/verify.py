#!/usr/bin/python3
"""Checks a receipt of a place in a waiting line, alone or against a later file, with the public key of the site only.

    verify.py KEY FILE [LATER]

Needs Python and openssl. KEY is the text that `gateway line` and the site show, FILE a receipt or a log, LATER another one or a
consistency proof. Exits with 1 and names the first wrong leaf if the line was changed. Shared/LineLog/README.md has the formats.
"""

import hashlib
import subprocess
import sys
import tempfile
import uuid
from base64 import b64decode
from pathlib import Path


def is_signed(message, signature, key):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)
        Path(folder, "message").write_bytes(message)
        Path(folder, "signature").write_bytes(signature)
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature"
        return subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def halves(a, b):
    middle = a + (1 << (b - a - 1).bit_length() - 1)
    return (a, middle), (middle, b)


def tree_hash(known, a, b):
    """RFC 6962: the hash over leaves a to b - 1, from the known hashes of ranges. None if they do not determine it."""
    if (a, b) in known or b - a < 2:
        return known.get((a, b))
    right = tree_hash(known, *halves(a, b)[1])
    left = right and tree_hash(known, *halves(a, b)[0])
    return left and sha256(b"\1", left, right)


def siblings(leaf, a, b):
    left, right = halves(a, b) if b - a > 1 else (None, None)
    return [] if not left else siblings(leaf, *left) + [right] if leaf < right[0] else siblings(leaf, *right) + [left]


class File:
    def __init__(self, name, key):
        head, _, note = Path(name).read_text("utf-8").partition("\n\n")
        (title, *lines), (text, _, signatures) = head.split("\n"), note.rpartition("\n\n")
        self.name, self.number, self.first, (self.origin, size, root, state) = name, None, None, text.split("\n")
        self.size, self.root, (self.admitted, self.at) = int(size), b64decode(root), map(int, state.split(" ")[1::2])
        signed = [b64decode(line.split(" ")[2])[4:] for line in signatures.splitlines() if f"— {self.origin} " in line]
        if not any(is_signed(text.encode() + b"\n", signature, key) for signature in signed):
            sys.exit(f"{name}: the checkpoint is not signed by the key of the site")
        if title == "c2sp.org/tlog-proof@v1":
            self.read_receipt(b64decode(lines[0].split(" ")[1]), int(lines[1].split(" ")[1]), lines[2:], key)
        elif title == "onsale line log v1":
            self.known = {(leaf, leaf + 1): b64decode(line) for leaf, line in enumerate(lines)}
        else:
            self.first = int(lines[0].split(" ")[1])
            self.known = {(int(a), int(b)): b64decode(line) for a, b, line in map(str.split, lines[1:])}
        if self.first is None and (tree_hash(self.known, 0, self.size) != self.root or max(self.known)[1] > self.size):
            leaf = self.number and f"{self.number - 1}: {name} does not prove that place {self.number} is in the line"
            sys.exit(leaf and f"the first wrong leaf is {leaf}" or f"{name}: its leaves do not give the root of its checkpoint, so the file was changed")

    def read_receipt(self, extra, index, path, key):
        self.number, self.place, self.joined, self.state = index + 1, extra[:16], int.from_bytes(extra[16:24], "big"), extra[24]
        self.position, self.stated = int.from_bytes(extra[25:33], "big"), int.from_bytes(extra[33:41], "big")
        position = uuid.UUID(self.origin.split("/")[-1]).bytes + self.number.to_bytes(8, "big")
        if not is_signed(b"onsale place statement v1\n" + position + self.place + extra[24:41], extra[41:], key):
            sys.exit(f"the statement about place {self.number} is not signed by the key of the site")
        leaf = sha256(b"\0onsale place v1\n", position, extra[16:24], sha256(self.place))
        self.known = dict(zip(siblings(index, 0, self.size), map(b64decode, path))) | {(index, index + 1): leaf}


def compare(first, later):
    if first.origin != later.origin or first.size > later.size or (later.first or first.size) != first.size:
        sys.exit(f"{later.name} is about another line than {first.name}, or about an older one")
    if first.size < later.size and first.admitted > later.admitted:
        sys.exit(f"{first.name} has admitted {first.admitted} places, and {later.name} only {later.admitted}: this number only grows")
    if later.first:
        # A range across the border, or another old root, could give the new root without the old one.
        is_old = tree_hash(later.known, 0, first.size) in (None, first.root) and not any(a < first.size < b for a, b in later.known)
        if not is_old or tree_hash(later.known | {(0, first.size): first.root}, 0, later.size) != later.root:
            place = f"{later.name} does not prove that the line still begins with the {first.size} places of {first.name}"
            sys.exit(f"the first wrong leaf is one of 0 to {first.size - 1}: {place}")
        return first.size
    same = 0
    for a, b in sorted(leaves for leaves in {*first.known, *later.known} if leaves[1] <= first.size):
        before, after = tree_hash(first.known, a, b), tree_hash(later.known, a, b)
        if before and after and before != after:
            leaf = f"{a}: place {b} is" if b - a == 1 else f"one of {a} to {b - 1}: places {a + 1} to {b} are"
            sys.exit(f"the first wrong leaf is {leaf} not the same in {first.name} and {later.name}, so the line was changed")
        same = max(same, b) if before and after and a <= same else same
    if first.number and later.number and first.place == later.place and first.number != later.number:
        leaf = f"{min(first.number, later.number) - 1}: place {first.number} of {first.name}"
        sys.exit(f"the first wrong leaf is {leaf} has number {later.number} in {later.name}")
    return same


def check_order(file, checkpoint, tolerance=10_000):
    wrong = f"the first wrong leaf is {file.number - 1}: place {file.number}"
    if file.state == 1 and file.position == 0:
        sys.exit(f"{wrong} was let in before the draw")
    if file.state == 1 and checkpoint.at > file.stated + tolerance and checkpoint.admitted < file.position:
        sys.exit(f"{wrong} was let in, but only {checkpoint.admitted} were later: it passed others")
    if file.state == 0 and checkpoint.at + tolerance < file.stated and checkpoint.admitted >= file.position > 0:
        sys.exit(f"{wrong} still waited, but {checkpoint.admitted} were let in before: it was skipped")


def read(name, key):
    try:
        return File(name, key)
    except (OSError, ValueError, IndexError) as error:
        sys.exit(f"{name} is damaged, or no receipt, log or consistency proof of a line: {error}")


if __name__ == "__main__":
    files = [read(name, b64decode(sys.argv[1].split("+", 2)[2])[1:]) for name in sys.argv[2:4]] or sys.exit(__doc__)
    if files[0].first:
        sys.exit(f"{files[0].name} proves the beginning of a line: name the earlier file first")
    if len(files) == 2:
        print(f"The first {compare(*files)} places are the same in both files.")
    for file in files:
        for checkpoint in files if file.number else []:
            check_order(file, checkpoint)
        print(f"{file.name}: " + (f"place {file.number} of {file.size} is proven" if file.number else f"{file.size} places"))
