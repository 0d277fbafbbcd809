#!/usr/bin/env python3
"""Runs an edge with waiting users for a load generator: load.py FOLDER.

Writes into FOLDER a script for wrk that polls the places of all users (polls.lua), and one answer (answer.json). Then prints the URL
and the process id of gateway-web, and runs until its input ends.
"""

import json
import pathlib
import signal
import sys
import urllib.parse
import urllib.request

from edge import PASSWORD, Edge, request_id

# A service answers at most 64 calls of one user at once.
USERS = 32
SCRIPT = """local requests = {}
local next = 0
init = function()
    for _, request in ipairs(%s) do
        table.insert(requests, wrk.format("GET", request[1], {Authorization = request[2]}))
    end
end
request = function()
    next = next %% #requests + 1
    return requests[next]
end
"""


def call(edge, method, message, headers):
    request = urllib.request.Request(
        f"{edge.url}/onsale.{method}", json.dumps(message).encode(), {"Content-Type": "application/json", **headers})
    return json.load(urllib.request.urlopen(request))


def poll(edge, number):
    """The path and the credential of a user who asks for its place."""
    session = call(edge, "wallet.v1.Wallet/SignUp", {"name": f"user{number}", "password": PASSWORD}, request_id())["session"]
    bearer = "Bearer " + session["credential"]
    room = call(edge, "queue.v1.Queue/FindRoom", {"name": "spring"}, {})["room"]["roomId"]
    place = call(edge, "queue.v1.Queue/Join", {"roomId": room}, {"Authorization": bearer, **request_id()})["place"]["placeId"]
    message = urllib.parse.quote(json.dumps({"roomId": room, "placeId": place}), safe="")
    return f"/onsale.queue.v1.Queue/ShowPlace?connect=v1&encoding=json&message={message}", bearer


def main(folder):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with Edge() as edge:
        edge.gateway("admin", "credential", "--keys", "keys")
        edge.gateway("admin", "room", "create", "spring", "--active", "1")
        edge.gateway("admin", "room", "open", "spring")
        polls = [poll(edge, number) for number in range(USERS)]
        requests = "{%s}" % ", ".join('{"%s", "%s"}' % poll for poll in polls)
        (folder / "polls.lua").write_text(SCRIPT % requests)
        path, credential = polls[-1]
        answer = urllib.request.urlopen(urllib.request.Request(edge.url + path, headers={"Authorization": credential})).read()
        (folder / "answer.json").write_bytes(answer)
        print(edge.url, edge.process.pid, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
