"""A site for the checks of a line: services with SQLite, and buyers who use the command line."""

import base64
import contextlib
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PASSWORD = "correct horse battery"
PATIENCE = 60


def run(*command, **options):
    return subprocess.run(command, text=True, capture_output=True, stdin=subprocess.DEVNULL, **options)


def eventually(what, attempt, patience=PATIENCE):
    end = time.monotonic() + patience
    while not (value := attempt()):
        if time.monotonic() > end:
            sys.exit(f"{what}: not within {patience} s")
        time.sleep(0.2)
    return value


class Site:
    """QueueService and WalletService with SQLite, and buyers who use the command line."""

    def __init__(self, folder):
        self.folder, self.running = pathlib.Path(folder), {}
        self.programs = pathlib.Path(run("swift", "build", "--show-bin-path", cwd=ROOT, check=True).stdout.strip())
        self.start("WalletService")
        self.gateway("admin", "admin", "credential", "--keys", f"{folder}/data/keys")

    def start(self, service):
        log = open(self.folder / f"{service}.log", "w+")
        process = subprocess.Popen(
            [self.programs / service, "--listen", "127.0.0.1:0", "--status-listen", "127.0.0.1:0"], cwd=self.folder, stderr=log)
        pattern = re.compile(r"listening address=(\S+)")
        found = eventually(f"{service} starts", lambda: pattern.search(pathlib.Path(log.name).read_text()) or process.poll())
        self.running[service] = (process, found.group(1))

    def stop(self, service):
        process, _ = self.running.pop(service)
        process.terminate()
        process.wait()

    def gateway(self, user, *arguments, code=0):
        addresses = {f"ONSALE_{name[:-7].upper()}": address for name, (_, address) in self.running.items()}
        environment = {
            **os.environ, **addresses, "XDG_CONFIG_HOME": str(self.folder / f"home-{user}"), "ONSALE_PASSWORD": PASSWORD,
            "TZ": "UTC"}
        ended = run(self.programs / "gateway", *arguments, cwd=self.folder, env=environment)
        if code is not None and ended.returncode != code:
            sys.exit(f"gateway {' '.join(map(str, arguments))} ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        return ended.stdout + ended.stderr

    def open_room(self):
        self.gateway("admin", "admin", "room", "create", "sale", "--active", "2")
        self.gateway("admin", "admin", "room", "open", "sale")

    def close(self):
        for service in list(self.running):
            self.stop(service)

    def join(self, user):
        self.gateway(user, "sign-up", f"buyer-{user}")
        self.gateway(user, "join", "room:sale", "--no-wait")

    def line(self):
        return json.loads(self.gateway("auditor", "line", "room:sale", "--json"))

    def receipt(self, user, name):
        self.gateway(user, "place", "room:sale", "--receipt", name)

    def log(self, name):
        self.gateway("auditor", "line", "room:sale", "--output-file", name)

    def draw_files(self, world, users):
        self.gateway("auditor", "line", "room:fair", "--draw-file", f"{world}.note", "--output-file", f"{world}.draw-log")
        for user in users:
            self.gateway(user, "place", "room:fair", "--receipt", f"{world}-{user}")

    def number(self, world, user):
        """The position in a receipt."""
        extra = (self.folder / f"{world}-{user}").read_text().split("\n")[1].split(" ")[1]
        return int.from_bytes(base64.b64decode(extra)[25:33], "big")

    def wait_for(self, size, patience=PATIENCE, room="sale"):
        def has_size():
            shown = self.gateway("auditor", "line", f"room:{room}", "--json", code=None)
            return shown.startswith('{"target"') and json.loads(shown)["size"] == size

        eventually(f"a checkpoint of {size} places", has_size, patience)

    @contextlib.contextmanager
    def tampering(self):
        """Stops the service, deletes what it remembers, and gives the database to the operator."""
        self.stop("QueueService")
        for path in self.folder.glob("data/queue.db.line*"):
            path.unlink()
        with contextlib.closing(sqlite3.connect(self.folder / "data/queue.db")) as database, database:
            database.execute("delete from line_checkpoint")
            yield database
        self.start("QueueService")

    def save(self, name):
        self.stop("QueueService")
        shutil.copytree(self.folder / "data", self.folder / name)
        self.start("QueueService")

    def load(self, name):
        self.stop("QueueService")
        for path in self.folder.glob("data/queue.db*"):
            path.unlink()
        for path in (self.folder / name).glob("queue.db*"):
            shutil.copy2(path, self.folder / "data")
        self.start("QueueService")
