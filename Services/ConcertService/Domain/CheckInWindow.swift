import Kernel

extension Schedule {
    /// Throws if the gate is one of another date. `gate` is nil if the gate accepts every date.
    package func checkGate(of gate: ScheduleID?) throws(ConcertRefusal) {
        guard gate ?? id == id else {
            throw .because(.ticketOfAnotherDate, "the ticket is for another date, which begins at \(settings.startsAt)")
        }
    }

    /// Throws unless `now` is at most `window` before the start or after the end of the date. Zero allows any time.
    package func checkGate(within window: Duration, now: Timestamp) throws(ConcertRefusal) {
        guard window > .zero else { return }
        guard now >= settings.startsAt - window else {
            throw .because(
                .checkInClosed,
                "the ticket is for a date that begins at \(settings.startsAt): check-in opens at \(settings.startsAt - window)"
            )
        }
        guard now < settings.endsAt + window else {
            throw .because(.checkInClosed, "the ticket is for a date that ended at \(settings.endsAt)")
        }
    }
}
