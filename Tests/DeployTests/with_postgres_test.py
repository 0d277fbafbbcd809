"""deploy/with-postgres leaves nothing behind, however it ends."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest

from repository import ROOT

# How long a server may take to start or a process to end on a busy machine, in seconds.
PATIENCE = 120
# A command that starts a second process and ignores the signal that asks for its end; then it says which two they are.
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
        """with-postgres, the processes that its command said, and the port of its server."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        said = pathlib.Path(folder.name, "said")
        process = subprocess.Popen(
            [ROOT / "deploy/with-postgres", "bash", "-c", STUBBORN + command, "bash", said], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        self.addCleanup(process.stderr.close)
        self.assertTrue(until(lambda: said.exists() or process.poll() is not None))
        self.assertTrue(said.exists(), "with-postgres did not run its command")
        first, second, url = said.read_text().split()
        # A failing test leaves nothing behind, either.
        for left in (first, second):
            self.addCleanup(lambda left=left: is_alive(left) and os.kill(int(left), signal.SIGKILL))
        return process, (first, second), re.search(r":(\d+)/", url).group(1)

    def assert_nothing_is_left(self, processes, port):
        for process in processes:
            self.assertTrue(until(lambda: not is_alive(process)), f"process {process} is still running")
        self.assertTrue(until(lambda: not listens(port)), f"the server still listens on port {port}")

    def test_a_signal_ends_the_command_and_all_that_it_started(self):
        for name, status in ((signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)):
            with self.subTest(signal=name):
                process, others, port = self.start("while true; do sleep 1; done")
                process.send_signal(name)
                self.assertEqual(process.wait(PATIENCE), status)
                self.assert_nothing_is_left(others, port)

    def test_what_a_command_leaves_running_ends_with_it(self):
        process, others, port = self.start("exit 7")
        self.assertEqual(process.wait(PATIENCE), 7)
        self.assert_nothing_is_left(others, port)
