"""Tests of deploy/demo with the built programs."""

import pathlib
import re
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
        # A busy machine needs longer than 10 seconds to check the passwords of 30 users.
        self.shell.type("export ONSALE_TIMEOUT=2m")

    def demo(self, *options):
        return self.shell.type(f"{self.command('--once', *options)} 2>&1", patience=120)

    def command(self, *options):
        return f"deploy/demo --programs {ROOT}/.build/debug {' '.join(options)}"

    def test_alice_buys_and_in_a_second_run_returns_her_seats_first(self):
        leftover = self.folder / "data/demo/data/queue.db"
        leftover.parent.mkdir(parents=True)
        leftover.write_text("of an earlier time")
        self.shell.type(f"{self.command('--fresh')} >demo.log 2>&1 & demo=$!")
        self.shell.type("while kill -0 $demo && ! grep -q 'Ctrl-C ends it' demo.log; do sleep 0.1; done", patience=120)
        printed = (self.folder / "demo.log").read_text()
        for line in ("$ gateway sign-up alice", "1092 seats", "Paid: 91.00 EUR", "Seat Balcony-", "Everything keeps running."):
            self.assertIn(line, printed)
        self.assertRegex(printed, r"in the line for|You are in")
        page, code = self.shell.type(f"curl --silent --fail {re.search(r'http://127.0.0.1:[0-9]+', printed)[0]}/moon-tour")
        self.assertIn("The Moon Tour", page)

                # Follows the printed advice in another terminal, until alice has the maximum of seats. `leave` comes first, because
        # a payment ends the place only after its reply.
        one_more = "reserve moon-tour/friday --best 1 --grade C"
        for command in ("leave || true", "join moon-tour/friday --wait", one_more, one_more, "pay"):
            printed, code = self.shell.type(f"(. data/demo/environment; gateway {command}) 2>&1", patience=120)
            self.assertEqual(code, 0, printed)
        printed, code = self.shell.type("kill -KILL $(pgrep --parent $demo WalletService); wait $demo; tail -n 1 demo.log")
        self.assertRegex(printed, r"demo: WalletService ended with 137\. Its log is .*/data/demo/WalletService\.log\n\Z")
        self.ended()

        printed, code = self.demo()
        self.assertEqual(code, 0, printed)
        for line in ("already on sale", "Returned: Balcony-", "Paid: 91.00 EUR", "Done. The sale is kept"):
            self.assertIn(line, printed)
        self.assertEqual(len(re.findall(r"(?m)^\$ gateway cancel \w+ --yes$", printed)), 2, printed)
        self.assertEqual(len(re.findall(r"(?m)^\$ gateway release \w+$", printed)), 1, printed)
        self.ended()

    def ended(self):
        self.assertEqual(self.shell.type("pgrep -l 'Service|gateway'")[0], "", "a service or a buyer still runs")

    def test_each_obstacle_is_reported_in_one_line(self):
        self.shell.type("python3 -m http.server 7102 --bind 127.0.0.1 >/dev/null 2>&1 &")
        self.shell.type("until curl --silent http://127.0.0.1:7102 >/dev/null; do sleep 0.1; done")
        self.hindered("port 7102 is taken by another program.", *self.demo())
        self.shell.type("kill $!; wait $!")

        (self.folder / "small").mkdir()
        df = self.folder / "small/df"
        df.write_text("#!/bin/sh\necho Avail\necho 12\n")
        df.chmod(0o755)
        self.shell.type('keep=$PATH; PATH="$PWD/small:$PATH"')
        self.hindered("is full: 12 MB are free, 300 MB are needed. Free some space.", *self.demo())
        self.shell.type("PATH=/usr/bin:/bin")
        self.hindered("no Swift compiler found. Install Swift", *self.shell.type("deploy/demo 2>&1"))
        self.shell.type("PATH=$keep")
        self.hindered("--port takes a number", *self.demo("--port", "80"))
        self.assertFalse((self.folder / "data").exists(), "the demo created its folder before it failed")

    def hindered(self, problem, printed, code):
        self.assertNotEqual(code, 0)
        self.assertRegex(printed, r"\Ademo: .*\n\Z")
        self.assertIn(problem, printed)
