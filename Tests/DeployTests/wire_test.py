"""Captures the bytes of deploy/demo on the loopback interface, with the built programs."""

import json
import pathlib
import re
import tempfile
import unittest

from repository import ROOT, SERVICES
from shell import Shell

# The longest time for a demo, in seconds.
PATIENCE = 120


def without_tls(folder):
    """Writes programs that run the built ones without TLS. Returns their folder."""
    programs = pathlib.Path(folder, "plain")
    programs.mkdir()
    for service in SERVICES:
        (programs / service).write_text(f'#!/bin/bash\nexec {ROOT}/.build/debug/{service} "${{@/#required/off}}"\n')
    (programs / "gateway").write_text(f'#!/bin/bash\nexec env --unset=ONSALE_CA {ROOT}/.build/debug/gateway "$@"\n')
    for program in programs.iterdir():
        program.chmod(0o755)
    return programs


def payloads(listed):
    """The bytes of all connections, each direction as a whole, from lines of stream, port and hexadecimal digits."""
    directions = {}
    for line in listed.splitlines():
        stream, port, digits = line.split("\t")
        directions.setdefault((stream, port), bytearray()).extend(bytes.fromhex(digits))
    return b"\n".join(directions.values())


class Capture:
    """The bytes on the wire during a demo, and the secrets that its programs sent."""

    def __init__(self, test, programs=None):
        folder = tempfile.TemporaryDirectory()
        test.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.shell = Shell(folder.name)
        test.addCleanup(self.shell.close)
        programs = programs(self.folder) if programs else ROOT / ".build/debug"
        self.type("export ONSALE_TIMEOUT=2m")
        # The megabytes are for packets that tshark has not read yet.
        self.type("tshark -q -i lo -B 64 -w wire.pcapng 2>tshark.log & tshark=$!")
        self.type("until [ -s wire.pcapng ]; do kill -0 $tshark || { cat tshark.log; exit 1; }; sleep 0.1; done")
        self.type(f"deploy/demo --programs {programs} >demo.log 2>&1 & demo=$!")
        self.type("while kill -0 $demo && ! grep -q 'Ctrl-C ends it' demo.log; do sleep 0.1; done")
        seat = "$(gateway tickets | awk '/ valid/ { print $(NF - 2); exit }')"
        ticket = json.loads(self.type(f"(. data/demo/environment; gateway ticket show {seat} --json) 2>/dev/null"))
        self.type("kill $demo; wait $demo; kill -INT $tshark; wait $tshark; true")
        fields = "-e tcp.stream -e tcp.srcport -e tcp.payload"
        self.wire = payloads(self.type(f"tshark -r wire.pcapng -T fields {fields} 'tcp.len > 0' 2>>tshark.log"))
        self.secrets = {"the password": b"only for this demo", "the ticket code": ticket["ticketCode"].encode()}
        for path in self.folder.glob("data/demo/**/onsale/*"):
            for name, digits in re.findall(r"(?m)^(credential|secret) ([0-9a-f]{64,})$", path.read_text()):
                self.secrets[f"the {name} in {path.relative_to(self.folder)}"] = bytes.fromhex(digits)

    def type(self, command):
        printed, code = self.shell.type(command, patience=PATIENCE)
        if code != 0:
            raise AssertionError(f"$ {command}\n{printed}")
        return printed

    def found(self):
        return {name for name, secret in self.secrets.items() if secret in self.wire}


class Wire(unittest.TestCase):
    def test_the_wire_of_a_demo_shows_no_password_credential_session_or_ticket_code(self):
        capture = Capture(self)
        self.assertEqual(capture.found(), set())
        # The handshakes name the protocol, so these are the bytes of the demo.
        self.assertGreater(capture.wire.count(b"onsale/1"), 10)
        self.assertNotIn(b"onsale.wallet.v1", capture.wire)

    def test_the_same_capture_of_a_demo_without_tls_shows_each_of_them(self):
        capture = Capture(self, without_tls)
        self.assertEqual(capture.found(), set(capture.secrets))
        kinds = {name.split()[1] for name in capture.secrets}
        self.assertGreaterEqual(kinds, {"password", "ticket", "credential", "secret"})
        self.assertNotIn(b"onsale/1", capture.wire)
        self.assertIn(b"onsale.wallet.v1", capture.wire)
