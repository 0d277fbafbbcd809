"""Runs the three services in a temporary folder, on free ports of this machine."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
import urllib.request

import contract

NAMES = ("queue", "concert", "wallet")
# The folder of the tested programs.
PROGRAMS = pathlib.Path(os.environ.get("ONSALE_PROGRAMS") or contract.RECORDED.parents[2] / ".build/debug")
# The time limit of a start, in seconds. It is generous, because the machine may be busy.
PATIENCE = 120


def program(name):
    return name.capitalize() + "Service"


class Onsale:
    """The services of one folder of programs, with the keys of the recording.

    `databases` has a URL for each service. The default is SQLite files in the folder. `others` has the folder of programs
    for services of another version. Use it in a `with`.
    """

    def __init__(self, programs, databases=None, top_up_by="user", is_started=True, others=None):
        self.programs = pathlib.Path(programs)
        self.others = {name: pathlib.Path(folder) for name, folder in (others or {}).items()}
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="onsale-compatibility-"))
        self.databases = databases or {name: f"sqlite://{self.folder}/{name}.db" for name in NAMES}
        self.keys = self.folder / "keys"
        shutil.copy(contract.RECORDED / "keys", self.keys)
        self.keys.chmod(0o600)
        self.top_up_by, self.is_started = top_up_by, is_started
        self.processes, self.addresses, self.status = {}, {}, {}
        # The addresses of all instances of a service, if there are several.
        self.instances = {}

    def __enter__(self):
        try:
            if self.is_started:
                self.start(*NAMES)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop(*NAMES)
        shutil.rmtree(self.folder)

    def start(self, *names):
        """Starts services that do not run. A restarted service gets its old address."""
        for name in names:
            port = self.addresses.get(name, "127.0.0.1:0")
            command = [
                self.others.get(name, self.programs) / program(name), "--listen", port, "--status-listen", "127.0.0.1:0",
                "--database", self.databases[name], "--keys", self.keys, "--loops", "1"]
            if name == "wallet":
                command += [
                    "--concert", self.all_addresses("concert"), "--queue", self.all_addresses("queue"),
                    "--top-up-by", self.top_up_by,
                    # The default of be9f464. It is an hour now, because clients refresh credentials.
                    "--credential-lifetime", "12h"]
            log = self.folder / f"{name}.log"
            with open(log, "w") as file:
                self.processes[name] = subprocess.Popen(
                    command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
            self.addresses[name] = self.logged(name, log, r" listening address=(\S+)")
            self.status[name] = self.logged(name, log, r"status port open address=(\S+)")
            self.wait_until_ready(name, log)

    def all_addresses(self, name):
        return self.instances.get(name, self.addresses[name])

    def logged(self, name, log, pattern):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            found = re.search(pattern, log.read_text())
            if found:
                return found.group(1)
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.02)
        raise AssertionError(f"{program(name)} did not start:\n{log.read_text()}")

    def wait_until_ready(self, name, log):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and self.processes[name].poll() is None:
            try:
                urllib.request.urlopen(f"http://{self.status[name]}/readyz", timeout=5)
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"{program(name)} did not become ready:\n{log.read_text()}")

    def stop(self, *names):
        """Stops services with the signal that an operator sends."""
        running = [self.processes.pop(name) for name in names if name in self.processes]
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def gateway(self, *words, credential=None, home="home", stdin="", **environment):
        """Runs a command of the gateway against these services and returns the finished process."""
        folder = self.folder / home
        folder.mkdir(exist_ok=True)
        addresses = {f"ONSALE_{name.upper()}": self.all_addresses(name) for name in NAMES}
        return subprocess.run(
            [self.programs / "gateway", *map(str, words)], cwd=self.folder, input=stdin, text=True, capture_output=True,
            env={"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"), "PATH": "/usr/bin:/bin",
                 "TZ": "UTC", "LANG": "C.UTF-8", "ONSALE_TIMEOUT": "100s", **addresses, **environment}, timeout=PATIENCE)
