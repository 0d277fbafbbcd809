"""Performs recorded calls and compares answers."""

import itertools
import json
import re
import time

import contract as contracts
from values import unhex
from wire import SAFE_TO_REPEAT, Connection

# The time in seconds that an answer may differ from the recorded one, because caches and background jobs complete it.
PATIENCE = 90
PATIENCE_OF_READS = 10
CLOCK_TOLERANCE = 60
# With this many differences, the programs are broken, and waiting longer shows nothing new.
IMPATIENT_AFTER = 3
SHOWN = 20
# Estimates, random pauses, and values that depend on the second of the call.
VOLATILE = {
    "askAgainMs", "waitAtLeastMs", "waitAtMostMs", "waitP50Ms", "waitP90Ms", "admittedPerSecondThousandths",
    "renewAfterMs", "credential", "code",
}


class Performer:
    """Performs calls against running services. A call is a line of a recording (README.md)."""

    def __init__(self, addresses, values, contract=None):
        self.contract = contract or contracts.Contract()
        self.values = values
        self.connections = {name: Connection(address, self.contract) for name, address in addresses.items()}
        # For `record`: True if no call since the last pause can have changed a cached answer.
        self.is_settled = False

    def close(self):
        for connection in self.connections.values():
            connection.close()

    def move(self, addresses):
        """Connects to the services at other addresses."""
        self.close()
        self.connections = {name: Connection(address, self.contract) for name, address in addresses.items()}

    def perform(self, call):
        if "frame" in call:
            status, how = self.connections[call["to"]].raw(bytes.fromhex(call["frame"]))
            return {"fails": self.failure(status), "by": how} if status and status.code else {"by": how}
        name = self.full_name(call["call"])
        connection = self.connections[call.get("to") or call["call"].split(".")[0]]
        envelope = connection.Envelope(method=name, timeout_us=call.get("timeoutUs", 60_000_000))
        envelope.credential = self.values.credential(call.get("as", "nobody"))
        described = self.described(name)
        if described and described.GetOptions().idempotency_level:
            envelope.flags = SAFE_TO_REPEAT
        if "id" in call:
            envelope.request_id = self.values.bytes(call["id"])
        for field, value in call.get("envelope", {}).items():
            contracts.build(envelope, {field: value}, self.values)
        if "payload" in call:
            envelope.payload = unhex(call["payload"])
        elif "request" in call:
            request = self.contract.message(described.input_type.full_name)()
            contracts.build(request, call["request"], self.values)
            envelope.payload = request.SerializeToString()
        status, payloads = connection.call(envelope, call.get("take", 0))
        if status.code or payloads is None:
            return {"fails": self.failure(status)}
        reply = self.contract.message(described.output_type.full_name)
        replies = [reply.FromString(payload) for payload in payloads]
        for word, path in call.get("save", {}).items():
            self.values.bind(word, at(replies[0], path))
        shown = [stable(contracts.parts(reply, self.values)) for reply in replies]
        return {"items": shown} if call.get("take") else {"gives": shown[0]}

    def repeat(self, call, is_done, patience):
        """Repeats a call until its answer is accepted or the time is over. Returns the last answer."""
        limit = time.monotonic() + patience
        while True:
            answer = self.perform(call)
            if is_done(answer) or time.monotonic() > limit:
                return answer
            time.sleep(0.05)

    def is_read(self, call):
        """Returns True for a successful read, because a cache may answer it with an older state."""
        described = self.described(self.full_name(call.get("call", "")))
        return described is not None and described.GetOptions().idempotency_level == 1 and "fails" not in call

    def full_name(self, short):
        """Returns `onsale.queue.v1.Queue/Join` for `queue.Join`. A name with a slash is already full."""
        if "/" in short or short.count(".") != 1:
            return short
        package, method = short.split(".")
        return f"onsale.{package}.v1.{package.capitalize()}/{method}"

    def described(self, name):
        try:
            return self.contract.method(name)
        except KeyError:
            return None

    def failure(self, status):
        failure = {"code": status.code, "reason": status.reason}
        if status.flags:
            failure["flags"] = status.flags
        if status.retry_after_ms:
            failure["retryAfter"] = True
        details = []
        for detail in status.details:
            try:
                content = self.contract.message(detail.type).FromString(detail.value)
            except KeyError:
                continue  # be9f464 did not have this type.
            details.append({detail.type: contracts.parts(content, self.values)})
        if details:
            failure["details"] = details
        return failure


def at(message, path):
    """Returns the value at a path such as `session.user_id` or `tickets[0].ticket_id`."""
    for name, index in re.findall(r"(\w+)(?:\[(\d+)\])?", path):
        message = getattr(message, name)
        if index:
            message = message[int(index)]
    return message


def stable(content):
    """Returns the answer without the values that differ between runs."""
    if isinstance(content, dict):
        return {name: "*" if name in VOLATILE and value else stable(value) for name, value in content.items()}
    if isinstance(content, list):
        return [stable(item) for item in content]
    return content


def seconds_from_now(value):
    found = re.fullmatch(r"now(?:([+-]\d+)s)?", value) if isinstance(value, str) else None
    return int(found.group(1) or 0) if found else None


def agrees(recorded, answer, elapsed):
    """Returns True if an answer equals the recorded one. Times near to now may differ by the duration of the run."""
    if isinstance(recorded, dict) and isinstance(answer, dict):
        volatile = {name for name in VOLATILE if recorded.get(name) == "*"}
        names = set(recorded) - volatile
        return names == set(answer) - volatile and all(agrees(recorded[name], answer[name], elapsed) for name in names)
    if isinstance(recorded, list) and isinstance(answer, list):
        return len(recorded) == len(answer) and all(agrees(a, b, elapsed) for a, b in zip(recorded, answer))
    expected, found = seconds_from_now(recorded), seconds_from_now(answer)
    if expected is not None and found is not None:
        return abs(expected - found) <= elapsed + CLOCK_TOLERANCE
    return type(recorded) is type(answer) and recorded == answer


def recorded_answer(call, renames=()):
    """Returns the answer of a recorded call, with the current names of its reasons."""
    answer = {word: call[word] for word in ("gives", "items", "fails", "by") if word in call}
    failure = answer.get("fails")
    if failure:
        package = call.get("to") or call["call"].split(".")[0]
        renamed = dict(renames).get((package, failure["reason"], failure["code"]))
        if renamed:
            answer["fails"] = {**failure, "reason": renamed[0], "code": renamed[1]}
    return answer


def renamed_reasons():
    """Returns pairs of (service, reason, code) of be9f464 and the current (reason, code)."""
    lines = (contracts.RECORDED / "renamed-reasons").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return [((service, old, int(code)), (new, int(new_code))) for service, old, code, new, new_code in rows]


def read(path):
    """Returns the calls of a recording: one JSON object per line, without comments and empty lines."""
    lines = path.read_text().splitlines()
    return [json.loads(line) for line in lines if line and not line.startswith("#")]


def first_differences(calls, performer):
    """Returns the first differences, with the current names of reasons. A broken program has too many to list."""
    return list(itertools.islice(differences(calls, performer, renamed_reasons()), SHOWN))


def differences(calls, performer, renames=()):
    """Performs recorded calls in order. Yields a text for each answer that differs."""
    begun = time.monotonic()
    found = 0
    for number, call in enumerate(calls, 1):
        recorded = recorded_answer(call, renames)

        def is_same(answer):
            return agrees(recorded, answer, time.monotonic() - begun)

        patience = PATIENCE if call.get("eventually") else PATIENCE_OF_READS if performer.is_read(call) else 0
        if found >= IMPATIENT_AFTER:
            patience = 1
        answer = performer.repeat(call, is_same, patience)
        if not is_same(answer):
            found += 1
            asked = {word: value for word, value in call.items() if word not in ("gives", "items", "fails", "by")}
            yield (f"call {number}: {json.dumps(asked, ensure_ascii=False)}\n"
                   f"  be9f464: {json.dumps(recorded, ensure_ascii=False)}\n"
                   f"  now:     {json.dumps(answer, ensure_ascii=False)}")
