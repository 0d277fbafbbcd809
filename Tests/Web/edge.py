"""Runs the three services and gateway-web in a temporary folder, on free ports of this machine."""

import base64
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = pathlib.Path(os.environ.get("ONSALE_PROGRAMS") or ROOT / ".build/debug")
SERVICES = {"queue": "QueueService", "concert": "ConcertService", "wallet": "WalletService"}
# The time limit of a start, in seconds. It is generous, because the machine may be busy.
PATIENCE = 120
PASSWORD = "correct horse battery"


class Edge:
    """The services, and gateway-web with `options` before them. Use it in a `with`.

    `has_certificate` gives gateway-web the certificate of an edge, so that the services get the addresses of buyers. `uses_tls`
    makes it listen with TLS.
    """

    def __init__(self, *options, has_certificate=False, uses_tls=False):
        self.options, self.has_certificate, self.uses_tls = list(options), has_certificate, uses_tls
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="onsale-web-"))
        self.processes, self.addresses, self.status = {}, {}, {}

    def __enter__(self):
        try:
            self.gateway("admin", "keys", "create", "--keys", "keys")
            for name, program in SERVICES.items():
                self.start(name, program, "--database", f"sqlite://{self.folder}/{name}.db", "--keys", "keys", *(
                    ["--queue", self.addresses["queue"], "--concert", self.addresses["concert"], "--top-up-by", "user"]
                    if name == "wallet" else []))
            self.start_edge()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.processes)):
            self.stop(name)
        shutil.rmtree(self.folder)

    def start_edge(self, name="edge", *more):
        """Starts gateway-web, or another one with the same options and more."""
        options = [word for service in SERVICES for word in (f"--{service}", self.addresses[service])] + self.options + list(more)
        if self.has_certificate or self.uses_tls:
            self.make_certificate("edge", "--program", "edge")
            ca = self.gateway("admin", "certificate", "--ca", "--keys", "keys")
            (self.folder / "ca.pem").write_text(ca)
        if self.has_certificate:
            options += ["--edge-certificate", "edge.pem", "--edge-key", "edge.key", "--tls-ca", "ca.pem"]
        if self.uses_tls:
            self.make_certificate("site", "--name", "site")
            options += ["--tls-certificate", "site.pem", "--tls-key", "site.key"]
        self.start(name, "gateway-web", *options)

    def make_certificate(self, file, *words):
        self.gateway("admin", "certificate", "--output", file, *words, "--keys", "keys")

    @property
    def address(self):
        return self.addresses["edge"]

    @property
    def url(self):
        return f"http{'s' if self.uses_tls else ''}://{self.address}"

    @property
    def process(self):
        return self.processes["edge"]

    def start(self, name, program, *options):
        """Starts a program, or starts it again at its old address."""
        listen = ["--listen", self.addresses.get(name, "127.0.0.1:0"), "--status-listen", "127.0.0.1:0"]
        log = self.folder / f"{name}.log"
        with open(log, "w") as file:
            self.processes[name] = subprocess.Popen(
                [PROGRAMS / program, *listen, *options], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self.addresses[name] = self.logged(name, r" listening address=(\S+)")
        self.status[name] = self.logged(name, r"status port open address=(\S+)")
        self.wait_until_ready(name)

    def stop(self, name):
        """Sends the signal that an operator sends. Returns the exit code."""
        process = self.processes.pop(name)
        process.terminate()
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    @contextlib.contextmanager
    def frozen(self, name):
        """Stops a program, as a machine does that hangs, and lets it continue after the block."""
        process = self.processes[name]
        process.send_signal(signal.SIGSTOP)
        try:
            # A signal is delivered later than it is sent. Until then the program still answers.
            os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text()

    def logged(self, name, pattern):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and self.processes[name].poll() is None:
            found = re.search(pattern, self.log(name))
            if found:
                return found.group(1)
            time.sleep(0.02)
        raise AssertionError(f"{name} did not start:\n{self.log(name)}")

    def wait_until_ready(self, name):
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit and self.processes[name].poll() is None:
            try:
                self.status_page(name, "readyz")
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"{name} did not become ready:\n{self.log(name)}")

    def status_page(self, name, page):
        return urllib.request.urlopen(f"http://{self.status[name]}/{page}", timeout=20).read().decode()

    def metric(self, line, name="edge"):
        """The value of a line of the metrics of a program. 0 if there is no such line."""
        found = re.search(rf"^{re.escape(line)} (\S+)$", self.status_page(name, "metrics"), re.M)
        return float(found.group(1)) if found else 0

    def wait_for(self, line, value, name="edge"):
        """Waits until a line of the metrics has a value, or a higher one."""
        limit = time.monotonic() + PATIENCE
        while self.metric(line, name) < value:
            if time.monotonic() > limit:
                raise AssertionError(f"{line} is {self.metric(line, name)}, and not {value}")
            time.sleep(0.05)

    def gateway(self, *words, **environment):
        """The output of a command of the gateway, which must succeed."""
        addresses = {f"ONSALE_{name.upper()}": address for name, address in self.addresses.items() if name in SERVICES}
        done = subprocess.run(
            [PROGRAMS / "gateway", *words], cwd=self.folder, text=True, capture_output=True, stdin=subprocess.DEVNULL,
            timeout=PATIENCE, env={
                "HOME": str(self.folder), "PATH": "/usr/bin:/bin", "TZ": "UTC", "LANG": "C.UTF-8", "ONSALE_TIMEOUT": "100s",
                "ONSALE_PASSWORD": PASSWORD, **addresses, **environment})
        if done.returncode != 0:
            raise AssertionError(f"gateway {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout

    def open_sale(self):
        """An open room, and a date with 200 seats of grade A at 60.00 EUR, of which a user can have 10: spring-gala/friday."""
        self.gateway("admin", "credential", "--keys", "keys")
        self.gateway("admin", "room", "create", "spring", "--active", "100")
        self.gateway("admin", "room", "open", "spring")
        self.gateway("admin", "concert", "create", "spring-gala", "--title", "Spring Gala", "--currency", "EUR")
        self.gateway(
            "admin", "schedule", "add", "spring-gala/friday", "--starts", "2037-04-02 20:00", "--ends", "2037-04-02 23:00",
            "--room", "spring", "--seats-per-user", "10")
        (self.folder / "hall.csv").write_text("Stalls, 1-10, 1-20, A, 60.00\n")
        self.gateway("admin", "seats", "set", "spring-gala/friday", "--hall", "hall.csv")

    def operator(self):
        """The credential of an operator."""
        self.gateway("admin", "credential", "--keys", "keys", "--output", f"{self.folder}/operator")
        return bytes.fromhex(re.search(r"^credential (\w+)$", (self.folder / "operator").read_text(), re.M).group(1))


def bearer(credential):
    return {"Authorization": "Bearer " + base64.b64encode(credential).decode()}


def request_id():
    """The header of a new request."""
    return {"Idempotency-Key": str(uuid.uuid4())}
