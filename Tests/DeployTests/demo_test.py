"""deploy/demo, with the programs that are built already."""

import pathlib
import tempfile
import unittest

from repository import ROOT
from shell import Shell


class Demo(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.shell = Shell(folder.name)
        self.addCleanup(self.shell.close)

    def demo(self, *options):
        programs = ROOT / ".build/debug"
        return self.shell.type(f"deploy/demo --once --programs {programs} {' '.join(options)} 2>&1", patience=120)

    def test_alice_buys_and_a_second_time_she_gives_back_what_she_had(self):
        leftover = self.folder / "data/demo/data/queue.db"
        leftover.parent.mkdir(parents=True)
        leftover.write_text("of an earlier time")
        printed, code = self.demo("--fresh")
        self.assertEqual(code, 0, printed)
        for line in ("$ gateway sign-up alice", "1092 seats", "Paid: 91.00 EUR", "Seat Balcony-", "That was all."):
            self.assertIn(line, printed)
        self.assertRegex(printed, r"You are number \d+ in the line|You are in")
        self.assertEqual(self.shell.type("pgrep -l 'Service|gateway'")[0], "", "everything has ended")

        printed, code = self.demo()
        self.assertEqual(code, 0, printed)
        for line in ("on sale already", "Given back: Balcony-", "Paid: 91.00 EUR"):
            self.assertIn(line, printed)

    def test_what_hinders_it_is_told_in_one_line(self):
        self.shell.type("python3 -m http.server 7102 --bind 127.0.0.1 >/dev/null 2>&1 &")
        self.shell.type("until curl --silent http://127.0.0.1:7102 >/dev/null; do sleep 0.1; done")
        self.hindered("port 7102 is taken by another program.", *self.demo())
        self.shell.type("kill $!; wait $!")

        (self.folder / "small").mkdir()
        df = self.folder / "small/df"
        df.write_text("#!/bin/sh\necho Avail\necho 12\n")
        df.chmod(0o755)
        self.shell.type('keep=$PATH; PATH="$PWD/small:$PATH"')
        self.hindered("is full: 12 MB are free, 300 are needed. Make room.", *self.demo())
        self.shell.type("PATH=/usr/bin:/bin")
        self.hindered("no Swift compiler found. Install Swift", *self.shell.type("deploy/demo 2>&1"))
        self.shell.type("PATH=$keep")
        self.hindered("--port takes a number", *self.demo("--port", "80"))
        self.assertFalse((self.folder / "data").exists(), "nothing was begun")

    def hindered(self, problem, printed, code):
        self.assertNotEqual(code, 0)
        self.assertRegex(printed, r"\Ademo: .*\n\Z")
        self.assertIn(problem, printed)
