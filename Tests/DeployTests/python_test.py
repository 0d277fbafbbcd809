"""Builds the Python client as a wheel, installs it, and buys tickets with it, on Debian's protobuf and on the newest of PyPI."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from repository import ROOT
from shell import Shell

SALE = """
gateway admin credential --keys data/keys
gateway admin room create spring --active 50
gateway admin room open spring
gateway admin concert create gala
gateway admin schedule add gala/friday --starts '2037-04-02 20:00' --ends '2037-04-02 23:00' --room spring --seats-per-user 50
printf 'Stalls, 1-4, 1-20, A, 60.00\\n' >hall.csv
gateway admin seats set gala/friday --hall hall.csv
export ONSALE_PASSWORD='correct horse battery'
gateway sign-up alice
gateway top-up 900 EUR
"""
# Makes three calls at once, reads a stream, and calls again after the service has been away.
CALLS = """
import asyncio, os, signal, sys, onsale

async def main(pid):
    async with onsale.Client() as client:
        concerts = await asyncio.gather(*(client.concert.ListConcerts(name="gala") for _ in range(3)))
        assert [reply.concerts[0].name for reply in concerts] == ["gala"] * 3
        session = (await client.wallet.SignIn(name="alice", password=os.environ["ONSALE_PASSWORD"])).session
        client.credential = session.credential
        try:
            await client.queue.Join(room_id=onsale.new_id())
        except onsale.Failure as failure:
            assert failure.reason == "ROOM_UNKNOWN" and not failure.indefinite, failure
        try:
            await client.wallet.TopUp(amount=1, currency="euro")
        except onsale.Failure as failure:
            assert failure.detail("FieldViolation").field == "currency", failure
        date = (await client.concert.ListSchedules(concert_id=concerts[0].concerts[0].concert_id)).schedules[0]
        room = date.settings.room_id
        place = (await client.queue.Join(room_id=room)).place
        async for item in client.queue.WatchPlace(room_id=room, place_id=place.place_id):
            print("watched", item.place.people_ahead)
            break
        os.kill(pid, signal.SIGKILL)
        print("killed", flush=True)
        await client.concert.ListConcerts(name="gala", options=onsale.Options(timeout=20))
        print("again")

asyncio.run(main(int(sys.argv[1])))
"""


class Wheel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def python(self, *packages):
        """Returns the Python of a new environment with the wheel, and the packages or else those of Debian."""
        source, wheels, home = (self.folder / name for name in ("source", "wheels", "environment"))
        # A copy, because the build writes beside its sources. It follows the link to the contracts.
        shutil.copytree(ROOT / "proto/python", source)
        self.do("/usr/bin/python3", "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", wheels, source)
        self.do("/usr/bin/python3", "-m", "venv", home, *([] if packages else ["--system-site-packages"]))
        if packages:
            self.do(home / "bin/pip", "install", "-q", *packages)
        self.do(home / "bin/pip", "install", "-q", "--no-index", "--no-deps", *wheels.glob("*.whl"))
        return home / "bin/python"

    def do(self, *words):
        done = subprocess.run(list(map(str, words)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(done.returncode, 0, f"{words}\n{done.stdout}")

    def buys(self, python):
        shell = Shell(str(self.folder))
        self.addCleanup(shell.close)
        for service in ("QueueService", "WalletService --top-up-by user"):
            shell.type(f"{service} 2>log & true")
        shell.type("while true; do ConcertService 2>>log & echo $! >pid; wait $!; sleep 0.5; done & true")
        shell.type("until gateway status >status; do sleep 0.1; done 2>/dev/null")
        for line in SALE.strip().splitlines():
            printed, code = shell.type(line)
            self.assertEqual(code, 0, f"$ {line}\n{printed}")
        printed, code = shell.type(f"{python} {ROOT}/proto/python/buy.py gala alice")
        self.assertEqual(code, 0, printed)
        self.assertEqual(printed.count("ticket Stalls-"), 2, printed)
        (self.folder / "calls.py").write_text(CALLS)
        printed, code = shell.type(f"{python} calls.py $(cat pid)")
        self.assertEqual(code, 0, printed)
        for line in ("watched 0", "killed", "again"):
            self.assertIn(f"{line}\n", printed)

    def test_the_wheel_buys_tickets_with_the_protobuf_of_debian(self):
        self.buys(self.python())

    def test_the_wheel_buys_tickets_with_the_newest_protobuf(self):
        index = subprocess.run(
            ["/usr/bin/python3", "-m", "pip", "download", "-q", "--no-deps", "-d", str(self.folder), "protobuf"], capture_output=True)
        if index.returncode:
            self.skipTest("no package index can be reached")
        python = self.python("protobuf")
        version = subprocess.run(
            [python, "-c", "import google.protobuf; print(google.protobuf.__version__)"], capture_output=True, text=True).stdout
        self.assertGreaterEqual(int(version.split(".")[0]), 6, version)
        self.buys(python)


if __name__ == "__main__":
    unittest.main()
