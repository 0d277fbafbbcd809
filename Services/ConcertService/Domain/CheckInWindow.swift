import Kernel

extension Schedule {
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
