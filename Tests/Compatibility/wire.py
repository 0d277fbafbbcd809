"""Sends one call in the frames of `proto/README.md` and returns the answer."""

import socket

REQUEST, REPLY, ITEM, CANCEL, CREDIT, PING, PONG, GOAWAY = range(1, 9)
SAFE_TO_REPEAT = 2
CANCELLED = 1
# The time limit of a call in seconds, also on a busy machine.
PATIENCE = 120


class Connection:
    """One call at a time to one service. Reconnects if the service has closed the connection."""

    def __init__(self, address, contract):
        self.address = address
        self.contract = contract
        self.Envelope = contract.message("onsale.rpc.v1.Envelope")
        self.socket = None
        self.last_id = 0

    def open(self):
        self.close()
        host, port = self.address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=PATIENCE)
        self.last_id = 0

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def call(self, envelope, take=0):
        """Returns the status of the call, and the payloads of its reply or of its first items."""
        if not self.socket:
            self.open()
        self.last_id += 1
        envelope.id, envelope.kind = self.last_id, REQUEST
        payloads = []
        self.send(envelope)
        while True:
            received = self.receive()
            if received is None:
                raise ConnectionError(f"{self.address} closed the connection during {envelope.method}")
            if received.kind == PING:
                self.send(self.Envelope(id=received.id, kind=PONG, payload=received.payload))
            elif received.kind == GOAWAY:
                goaway = self.contract.message("onsale.rpc.v1.GoAway").FromString(received.payload)
                self.close()
                return goaway.status, None
            elif received.id == self.last_id and received.kind == ITEM:
                if len(payloads) < take:
                    payloads.append(received.payload)
                    kind = CREDIT if len(payloads) < take else CANCEL
                    self.send(self.Envelope(id=self.last_id, kind=kind, credit=1))
            elif received.id == self.last_id and received.kind == REPLY:
                if take and len(payloads) == take and received.status.code == CANCELLED:
                    return self.Envelope().status, payloads
                return received.status, payloads if take else [received.payload]

    def raw(self, frame):
        """Sends bytes on a new connection. Returns the status of the GOAWAY or of the reply."""
        self.open()
        self.socket.sendall(frame)
        received = self.receive()
        self.close()
        if received is None:
            return None, "closed"
        if received.kind == GOAWAY:
            return self.contract.message("onsale.rpc.v1.GoAway").FromString(received.payload).status, "goaway"
        return received.status, "reply"

    def send(self, envelope):
        packed = envelope.SerializeToString()
        self.socket.sendall(len(packed).to_bytes(4, "big") + packed)

    def receive(self):
        header = self.exactly(4)
        return self.Envelope.FromString(self.exactly(int.from_bytes(header, "big"))) if header else None

    def exactly(self, count):
        received = b""
        while len(received) < count:
            more = self.socket.recv(count - len(received))
            if not more:
                return None
            received += more
        return received
