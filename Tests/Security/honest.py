"""An honest client that calls two services at the same time: one under attack, and one as control."""

import socket
import ssl
import threading
import time

PAUSE = 0.002


def latencies(call, seconds):
    """Returns the latency of each call, in seconds. Every call must succeed."""
    found, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        call()
        found.append(time.monotonic() - began)
        time.sleep(PAUSE)
    return found


def percentile(found, share):
    return sorted(found)[min(len(found) - 1, int(len(found) * share))]


def measure(attacked, control, seconds):
    """Returns the p99 of the calls to both services, in milliseconds."""
    results = {}

    def run(name, call):
        try:
            results[name] = percentile(latencies(call, seconds), 0.99) * 1000
        except Exception as error:
            results[name] = error

    threads = [threading.Thread(target=run, args=pair) for pair in (("attacked", attacked), ("control", control))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results.values():
        if isinstance(result, Exception):
            raise result
    return results["attacked"], results["control"]


def resident_megabytes(process):
    with open(f"/proc/{process.pid}/statm") as file:
        return int(file.read().split()[1]) * 4096 / 1e6


def kernel_megabytes():
    """The memory of all TCP buffers of this machine."""
    with open("/proc/net/sockstat") as file:
        line = next(line for line in file if line.startswith("TCP:"))
    return int(line.split()[line.split().index("mem") + 1]) * 4096 / 1e6


def make_handshake(address):
    """Connects with TLS, without checking the certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_alpn_protocols(["onsale/1"])
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=20) as client, context.wrap_socket(client):
        pass
