"""Tests that deploy/with-postgres leaves no process and no server behind."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

from repository import ROOT

# The time limit for a server to start or a process to end on a busy machine, in seconds.
PATIENCE = 120
# A command that ignores SIGTERM and SIGINT, starts a second process, and writes both process ids and the URL to a file.
STUBBORN = """
trap '' TERM INT
sleep 1000 & echo "$$ $! $ONSALE_TEST_POSTGRES" >"$1.new"
mv "$1.new" "$1"
"""


def is_alive(process):
    try:
        state = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def listens(port):
    listening = subprocess.run(["ss", "-Hltn", f"sport = :{port}"], capture_output=True, text=True).stdout
    return listening.strip() != ""


def until(condition):
    for _ in range(PATIENCE * 10):
        if condition():
            return True
        time.sleep(0.1)
    return False


class WithPostgres(unittest.TestCase):
    def start(self, command):
        """Returns the process of with-postgres, the processes that its command reported, and the port of its server."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        report = pathlib.Path(folder.name, "report")
        process = subprocess.Popen(
            [ROOT / "deploy/with-postgres", "bash", "-c", STUBBORN + command, "bash", report], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.stderr.close)
        self.assertTrue(until(lambda: report.exists() or process.poll() is not None))
        self.assertTrue(report.exists(), "with-postgres did not run its command")
        first, second, url = report.read_text().split()
        # Also ends the processes if the test fails.
        for left in (first, second):
            self.addCleanup(lambda left=left: is_alive(left) and os.kill(int(left), signal.SIGKILL))
        return process, (first, second), re.search(r":(\d+)/", url).group(1)

    def assert_nothing_is_left(self, processes, port):
        for process in processes:
            self.assertTrue(until(lambda: not is_alive(process)), f"process {process} is still running")
        self.assertTrue(until(lambda: not listens(port)), f"the server still listens on port {port}")

    def test_a_signal_ends_the_command_and_its_processes(self):
        for name, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)):
            with self.subTest(signal=name):
                process, others, port = self.start("while true; do sleep 1; done")
                process.send_signal(name)
                self.assertEqual(process.wait(PATIENCE), status)
                self.assert_nothing_is_left(others, port)

    def ask(self, *options):
        return subprocess.run(
            [ROOT / "deploy/with-postgres", *options, "bash", "-c",
             'psql --no-psqlrc -At "$ONSALE_TEST_POSTGRES" -c "show server_version" -c "show work_mem"'],
            cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)

    def test_it_takes_another_version_and_settings(self):
        version, memory = self.ask("--version", "18", "--setting", "work_mem=1MB").stdout.split()
        self.assertEqual((version.split(".")[0], memory), ("18", "1MB"))

    def test_it_refuses_options_that_it_does_not_know(self):
        for options, problem in (
                (["--verison", "18"], "unknown option --verison"), (["--version", "new"], "the first number of a version")):
            refused = self.ask(*options)
            self.assertEqual(refused.returncode, 2)
            self.assertIn(problem, refused.stderr)

    def test_processes_of_a_command_end_with_it(self):
        process, others, port = self.start("exit 7")
        self.assertEqual(process.wait(PATIENCE), 7)
        self.assert_nothing_is_left(others, port)
