"""Scans the ports of a service with sslscan and openssl, which share no code with it."""

import contextlib
import pathlib
import re
import subprocess
import unittest
import xml.etree.ElementTree

from repository import run
from running_test import in_folder, running

VERSIONS = ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"]
CIPHERS = ["TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_AES_128_CCM_SHA256",
           "TLS_AES_128_CCM_8_SHA256"]
GROUPS = ["X25519", "P-256", "X448", "P-384", "P-521", "ffdhe2048"]
PROTOCOL = ["-alpn", "onsale/1"]


def scan(address):
    """Returns the report of sslscan."""
    finished = run("sslscan", "--xml=-", "--no-colour", address)
    return xml.etree.ElementTree.fromstring(finished.stdout)


def enabled(report):
    protocols = [found for found in report.iter("protocol") if found.get("enabled") == "1"]
    return [f'{found.get("type")} {found.get("version")}' for found in protocols]


def connects(address, *options):
    """True if a handshake of openssl succeeds. At security level 0 it also offers what is broken."""
    printed = run("openssl", "s_client", "-connect", address, "-cipher", "ALL:@SECLEVEL=0", *options).stdout
    return re.search(r"Cipher is [A-Z]", printed) is not None


def accepted(address, option, values):
    """Returns the values of an option of openssl with which it connects."""
    return [value for value in values if connects(address, *([option] if option else []), value, *PROTOCOL)]


@contextlib.contextmanager
def lax_server(folder):
    """A server that accepts everything, on a port of its own."""
    made = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               "-subj", "/CN=lax", "-keyout", "key", "-out", "certificate", cwd=folder)
    assert made.returncode == 0, made.stdout
    with open(pathlib.Path(folder, "log"), "w+") as log:
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "certificate", "-key", "key", "-cipher",
             "ALL:@SECLEVEL=0", "-ciphersuites", ":".join(CIPHERS), "-groups", ":".join(GROUPS)],
            cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            while not (found := re.search(r"ACCEPT (\S+)", pathlib.Path(log.name).read_text())):
                assert server.poll() is None, pathlib.Path(log.name).read_text()
            yield found.group(1)
        finally:
            server.kill()
            server.communicate()


class Encryption(unittest.TestCase):
    def required(self, port):
        return running("QueueService", in_folder(self), "--tls", "required", port=port)

    def test_the_status_port_speaks_tls_1_3_only(self):
        with self.required("status port open") as address:
            report = scan(address)
            self.assertEqual(enabled(report), ["tls 1.3"])
            self.assertEqual({found.get("sslversion") for found in report.iter("cipher")}, {"TLSv1.3"})

    def test_the_port_for_calls_speaks_nothing_to_a_client_of_another_protocol(self):
        with self.required("listening") as address:
            self.assertEqual(enabled(scan(address)), [])
            for protocol in ([], ["-alpn", "h2"]):
                self.assertFalse(connects(address, "-tls1_3", *protocol), protocol)

    def test_the_port_for_calls_speaks_tls_1_3_only_with_the_named_ciphers_and_groups(self):
        with self.required("listening") as address:
            self.assertEqual(accepted(address, None, VERSIONS), ["-tls1_3"])
            self.assertEqual(accepted(address, "-ciphersuites", CIPHERS), CIPHERS[:3])
            self.assertEqual(accepted(address, "-groups", GROUPS), GROUPS[:2])

    def test_the_scans_find_everything_at_a_server_that_accepts_it(self):
        with lax_server(in_folder(self)) as address:
            self.assertEqual(enabled(scan(address)), ["tls 1.0", "tls 1.1", "tls 1.2", "tls 1.3"])
            self.assertEqual(accepted(address, None, VERSIONS), VERSIONS)
            self.assertEqual(accepted(address, "-ciphersuites", CIPHERS), CIPHERS)
            self.assertEqual(accepted(address, "-groups", GROUPS), GROUPS)
