"""The errors of calls."""

from .contracts import contracts

UNAVAILABLE, RESOURCE_EXHAUSTED, UNKNOWN, DEADLINE_EXCEEDED = 14, 8, 2, 4
NOT_PROCESSED, INDEFINITE = 1, 2


class Failure(Exception):
    """A call failed. `reason` is a constant of the contracts, such as SEAT_SOLD.

    If `indefinite`, the call may have taken effect: repeat it with the same request id. Otherwise it has not.
    """

    def __init__(self, code, reason, message, flags=0, retry_after=0.0, details=()):
        super().__init__(f"{reason or code}: {message}")
        self.code, self.reason, self.message = code, reason, message
        self.not_processed = bool(flags & NOT_PROCESSED)
        self.indefinite = bool(flags & INDEFINITE)
        self.retry_after = retry_after
        self.details = list(details)

    @classmethod
    def of(cls, status):
        details = [contracts.message(detail.type).FromString(detail.value) for detail in status.details if known(detail)]
        return cls(
            status.code, status.reason, status.message, status.flags, status.retry_after_ms / 1000, details)

    def detail(self, name):
        """The detail of the message type with this last name, such as TakenSeats. None if there is none."""
        return next((detail for detail in self.details if detail.DESCRIPTOR.name == name), None)

    @property
    def may_succeed_later(self):
        """True if the same request may succeed, and a repetition changes nothing further."""
        return self.not_processed or (not self.indefinite and self.code in (UNAVAILABLE, RESOURCE_EXHAUSTED))


def known(detail):
    """A newer service may send details of types that this package does not have."""
    try:
        contracts.pool.FindMessageTypeByName(detail.type)
        return True
    except KeyError:
        return False
