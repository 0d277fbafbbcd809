"""Collects the calls of the scripts in this folder. `record` performs them."""

import itertools

from values import DAY, FAR, PAST

NUMBER_LIMITS = {"uint32": 2**32 - 1, "uint64": 2**64 - 1, "int64": 2**63 - 1}
SHORT_ID, LONG_ID = "0x" + "01" * 15, "0x" + "01" * 17
BROKEN_CALLERS = (
    "nobody", "malformed", "forged", "unknown key", "two roles", "alice's old credential")


class Script:
    """Collects calls. `until` is the condition on which `record` accepts an answer. It is not recorded."""

    def __init__(self, package):
        self.package = package
        self.calls = []
        self.numbers = itertools.count(1)

    def call(self, method, caller, request=None, id="new", until=None, **more):
        name = method if "." in method else f"{self.package}.{method}"
        call = {"call": name}
        if caller != "nobody":
            call["as"] = caller
        if id == "new":
            id = f"{name.rpartition('.')[2]}-{next(self.numbers)}"
        if id:
            call["id"] = id if id.startswith("0x") else "$" + id
        call["request"] = request or {}
        call.update(more)
        if "payload" in more:
            del call["request"]
        if until:
            call["eventually"] = True
            call["_until"] = until
        self.calls.append(call)
        return call

    def read(self, method, caller, request=None, **more):
        return self.call(method, caller, request, id=None, **more)

    def sweep(self, method, caller, base, path, values, id="new", **more):
        """Adds the same request with each of some values in one field."""
        for value in values:
            self.call(method, caller, replaced(base, path, value), id=id, **more)

    def ids(self, method, caller, base, *paths, id="new", may_be_empty=()):
        """Adds ids of a wrong length in each field. An empty id is left out if it is allowed."""
        for path in paths:
            wrong = [SHORT_ID, LONG_ID] + ([] if path in may_be_empty else [""])
            self.sweep(method, caller, base, path, wrong, id=id)

    def roles(self, method, base, *allowed, id="new"):
        """Adds a call by every caller without permission."""
        for caller in ("alice", "operator", "service", *BROKEN_CALLERS):
            role = "user" if caller == "alice" else caller
            if role not in allowed:
                self.call(method, caller, base, id=id)


def replaced(base, path, value):
    """Returns a copy of a request with another value at a path such as `limits.readyMs`. None removes the field."""
    name, _, rest = path.partition(".")
    copy = dict(base)
    if rest:
        copy[name] = replaced(copy.get(name, {}), rest, value)
    elif value is None:
        copy.pop(name, None)
    else:
        copy[name] = value
    return copy


def around(lowest, highest, kind="uint32"):
    """Returns the values at the edges of a range."""
    values = [lowest - 1, lowest, highest, highest + 1, NUMBER_LIMITS[kind]]
    return [value for value in dict.fromkeys(values) if value >= 0]


def state(path, *wanted):
    """Returns an `until`: the value at a path such as `place.state` must be one of `wanted`."""
    def is_there(answer):
        content = answer.get("gives", {})
        for name in path.split("."):
            content = content.get(name, {})
        return content in wanted
    return is_there


__all__ = ["Script", "replaced", "around", "state", "SHORT_ID", "LONG_ID", "FAR", "PAST", "DAY"]
