"""Hostile clients of gateway-web: too large, too slow, too many, and texts that leave their place. `check` runs it."""

import concurrent.futures
import gzip
import http.client
import json
import pathlib
import socket
import ssl
import struct
import subprocess
import threading
import unittest

from browser import Browsers
from edge import PASSWORD, Edge, request_id

# So many guess a password at once that more than half of the waiting room is taken.
GUESSERS, LEAST_BITS = 40, 12
FIND_ROOM = "/onsale.queue.v1.Queue/FindRoom"
SIGN_IN = "/onsale.wallet.v1.Wallet/SignIn"
PROXY = bytes.fromhex("0d0a0d0a000d0a515549540a2111000c")


def post(address, path, body, headers=(), context=None):
    host = http.client.HTTPSConnection(address, context=context) if context else http.client.HTTPConnection(address)
    try:
        host.request("POST", path, body, {"Content-Type": "application/json", **dict(headers)})
        answer = host.getresponse()
        return answer.status, answer.read()
    finally:
        host.close()


def connected(address, source=None):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=60, source_address=(source, 0) if source else None)


def exchange(address, sent):
    """Everything that the edge answers to `sent` before it closes."""
    with connected(address) as client:
        client.sendall(sent)
        return b"".join(iter(lambda: client.recv(65536), b""))


def resident_megabytes(process):
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.edge = cls.enterClassContext(Edge())

    def setUp(self):
        self.address = self.edge.address

    def test_a_body_that_is_too_large_is_refused(self):
        self.assertEqual(post(self.address, FIND_ROOM, b" " * 300_000)[0], 413)
        self.assertEqual(self.status(b"Content-Length: 1000000000000\r\n"), 413)

    def status(self, headers, body=b""):
        sent = f"POST {FIND_ROOM} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode() + headers + b"\r\n" + body
        return int(exchange(self.address, sent).split()[1])

    def test_a_small_request_with_large_content_is_refused(self):
        bomb = gzip.compress(bytes(100_000_000))
        before = resident_megabytes(self.edge.process)
        for _ in range(20):
            self.assertEqual(post(self.address, FIND_ROOM, bomb, {"Content-Encoding": "gzip"})[0], 413)
        self.assertLess(resident_megabytes(self.edge.process), before + 20)

    def test_headers_that_are_too_large_are_refused(self):
        self.assertEqual(self.status(b"X: " + b"a" * 20_000 + b"\r\n"), 431)
        self.assertEqual(int(exchange(self.address, b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n").split()[1]), 414)

    def test_no_path_leaves_the_site(self):
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/a/../../etc/passwd", "//etc/passwd",
                     "/%00", "/\\..\\etc", "http://other.example/", "*"):
            answer = exchange(self.address, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            self.assertNotIn(b"root:", answer)
            self.assertIn(int(answer.split()[1]), (400, 404), path)

    def test_no_text_of_a_request_adds_a_header(self):
        for path in ("/a%0d%0aSet-Cookie:%20x=1", "/?next=%0d%0aSet-Cookie:%20x=1", "/onsale.x%0d%0aSet-Cookie:%20x=1/y"):
            head = exchange(self.address, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()).split(b"\r\n\r\n")[0]
            self.assertNotIn(b"set-cookie: x=1", head.lower())

    def test_a_request_that_two_servers_could_read_differently_is_refused(self):
        for headers in (b"Content-Length: 2\r\nContent-Length: 3\r\n", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
                        b"Transfer-Encoding: xchunked\r\n", b"Content-Length: +2\r\n", b"Content-Length: 0x2\r\n"):
            sent = f"POST {FIND_ROOM} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode() + headers + b"\r\n{}"
            # The library ends some connections without an answer.
            self.assertRegex(exchange(self.address, sent), rb"^(HTTP/1.1 4|$)", headers)

    def test_bytes_that_are_no_http_end_only_their_connection(self):
        for junk in (b"\x16\x03\x01\x02\x00\x01", bytes(5000), b"\r\n" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", PROXY):
            with connected(self.address) as client:
                try:
                    client.sendall(junk)
                except OSError:
                    pass
        self.assertEqual(post(self.address, FIND_ROOM, b'{"name": "x"}')[0], 404)


def forwarded(address, client, path, body):
    """The answer to a request that a proxy forwards for `client`."""
    header = PROXY + socket.inet_aton(client) + socket.inet_aton("127.0.0.1") + struct.pack("!HH", 50312, 443)
    text = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in request_id().items()) + f"Content-Length: {len(body)}\r\n\r\n"
    head, _, content = exchange(address, header + text.encode() + body).partition(b"\r\n\r\n")
    return int(head.split()[1]), content


class Proxies(unittest.TestCase):
    def test_sign_in_is_limited_by_the_address_of_the_buyer(self):
        with Edge("--proxy-from", "127.0.0.1", has_certificate=True) as edge:
            edge.gateway("sign-up", "alice")

            def guess(number):
                body = {"name": f"user{number}", "password": "a guess of many"}
                return forwarded(edge.address, "203.0.113.7", SIGN_IN, json.dumps(body).encode())[0]

            def sign_in(_):
                return forwarded(edge.address, "203.0.113.7", SIGN_IN, right)[0]

            right = json.dumps({"name": "alice", "password": PASSWORD}).encode()
            # At once, because the limit allows more with time, and a busy machine takes long for each.
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                self.assertIn(429, set(pool.map(guess, range(120))))
                self.assertIn(429, set(pool.map(sign_in, range(16))))
            self.assertEqual(forwarded(edge.address, "198.51.100.8", SIGN_IN, right)[0], 200)

    def test_a_client_that_is_no_named_proxy_cannot_choose_its_address(self):
        with Edge("--proxy-from", "192.0.2.1") as edge:
            header = PROXY + bytes(12)
            with connected(edge.address) as client:
                client.sendall(header + b"GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                self.assertNotIn(b"200 OK", b"".join(iter(lambda: client.recv(65536), b"")))
            self.assertEqual(post(edge.address, FIND_ROOM, b'{"name": "x"}')[0], 404)


class Crowds(unittest.TestCase):
    def test_browsers_sign_in_while_a_crowd_guesses_passwords(self):
        with Edge(has_certificate=True) as edge:
            edge.start_edge("proxied", "--proxy-from", "127.0.0.1")
            is_over = threading.Event()

            def guess(number):
                while not is_over.wait(1):
                    body = {"name": f"user{number}", "password": "a guess of many"}
                    forwarded(edge.addresses["proxied"], f"203.0.113.{number}", SIGN_IN, json.dumps(body).encode())

            guessers = [threading.Thread(target=guess, args=[number]) for number in range(GUESSERS)]
            try:
                with Browsers(edge) as browsers, browsers.open(javascript=False) as plain, browsers.open() as browser:
                    for guesser in guessers:
                        guesser.start()
                    edge.wait_for("wallet_sign_in_puzzle_bits", LEAST_BITS, "wallet")
                    # The browser without the script shows before and after that the service still wants puzzles.
                    for name in ("first", "second"):
                        plain.sign_up(name)
                        self.assertIn("Many people sign in just now", plain.text)
                        self.assertIn("Your password was not checked", plain.text)
                        if name == "first":
                            browser.sign_up("human")
                            self.assertIn("human", browser.find("nav").text)
            finally:
                is_over.set()
                for guesser in guessers:
                    guesser.join()


class Encryption(unittest.TestCase):
    def test_tls_is_served_and_a_new_certificate_is_used(self):
        with Edge(uses_tls=True) as edge:
            context = ssl.create_default_context(cafile=edge.folder / "ca.pem")

            def serial():
                with connected(edge.address) as client, context.wrap_socket(client, server_hostname="127.0.0.1") as encrypted:
                    return encrypted.getpeercert()["serialNumber"]

            first = serial()
            self.assertEqual(post(edge.address, FIND_ROOM, b'{"name": "x"}', context=context)[0], 404)
            edge.make_certificate("site", "--name", "site")
            edge.logged("edge", r"(certificates replaced)")
            second = serial()
            self.assertNotEqual(second, first)
            (edge.folder / "site.pem").write_text("no certificate")
            edge.wait_for("tls_certificate_problem", 1)
            self.assertEqual(serial(), second)

    def test_the_edge_certificate_cannot_make_credentials(self):
        with Edge(has_certificate=True) as edge:
            done = subprocess.run(
                ["grep", "-c", "BEGIN", edge.folder / "edge.key"], text=True, capture_output=True)
            self.assertEqual(done.stdout, "1\n")
            with self.assertRaises(AssertionError):
                edge.gateway("admin", "credential", "--keys", "edge.key")
            # The program has no other file with a secret open.
            files = [path.resolve() for path in pathlib.Path(f"/proc/{edge.process.pid}/fd").iterdir()]
            self.assertNotIn(edge.folder / "keys", files)
