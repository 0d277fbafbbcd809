import Kernel

/// What a date keeps of the price of a returned ticket. Users can return tickets until the `cancelUntil` of its settings.
///
/// Nothing is kept before the first step. A step applies from its day before the start to the next step.
package struct ReturnPolicy: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package let daysBeforeStart: Int
        package let keptPercent: Int

        package init(daysBeforeStart: Int, keptPercent: Int) {
            self.daysBeforeStart = daysBeforeStart
            self.keptPercent = keptPercent
        }
    }

    package static let maximumSteps = 5
    package static let keepsNothing = ReturnPolicy(stored: [])

    /// The farthest from the start first.
    package let steps: [Step]

    package init(_ steps: [Step]) throws(ConcertRefusal) {
        guard steps.count <= Self.maximumSteps else {
            throw .invalid("steps", "must have at most \(Self.maximumSteps) steps; got \(steps.count)")
        }
        self.steps = steps.sorted { $0.daysBeforeStart > $1.daysBeforeStart }
        for (step, next) in zip(self.steps, self.steps.dropFirst()) {
            guard step.daysBeforeStart != next.daysBeforeStart else {
                throw .invalid("steps", "must name each day once; got \(step.daysBeforeStart) twice")
            }
            guard step.keptPercent <= next.keptPercent else {
                throw .invalid(
                    "steps",
                    "must not keep less nearer to the start; got \(step.keptPercent) % from "
                        + "\(step.daysBeforeStart) days before it and \(next.keptPercent) % from "
                        + "\(next.daysBeforeStart) days before it")
            }
        }
    }

    package init(stored steps: [Step]) {
        self.steps = steps
    }
}

/// A return policy with absolute times. A ticket stores those of its sale.
package struct ReturnTerms: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package let from: Timestamp
        package let keptPercent: Int

        package init(from: Timestamp, keptPercent: Int) {
            self.from = from
            self.keptPercent = keptPercent
        }
    }

    /// The terms of a cancelled date.
    package static let keepsNothing = ReturnTerms(until: Timestamp(milliseconds: .max))

    /// Users can return tickets before this time. Nil if they cannot return them.
    package let until: Timestamp?
    /// The earliest first.
    package let steps: [Step]

    package init(until: Timestamp?, steps: [Step] = []) {
        self.until = until
        self.steps = steps
    }

    package init(_ policy: ReturnPolicy, startsAt: Timestamp, until: Timestamp?) {
        self.init(
            until: until,
            steps: policy.steps.map { step in
                Step(from: startsAt + .hours(-24 * step.daysBeforeStart), keptPercent: step.keptPercent)
            })
    }

    /// The percentage of a price that is kept at `now`. Nil if users cannot return tickets.
    package func keptPercent(at now: Timestamp) -> Int? {
        guard let until, now < until else { return nil }
        return steps.last { $0.from <= now }?.keptPercent ?? 0
    }
}

extension Schedule {
    /// Throws if users could return tickets after the start of the date.
    static func checkReturns(until: Timestamp?, start: Timestamp) throws(ConcertRefusal) {
        guard let until, until > start else { return }
        throw .invalid("cancel_until_ms", "must not be after the start of the date, \(start)")
    }

    /// The percentage of the price that is kept if the user returns the ticket now. The best terms for the user count: those
    /// of the sale, of the date now, and of a move. None of them allows a return after the present start of the date.
    package func keptPercent(of ticket: Ticket, at now: Timestamp) throws(ConcertRefusal) -> Int {
        if cancellation != nil { return 0 }
        let terms = [ticket.terms, returnTerms, fullReturn(of: ticket).map { ReturnTerms(until: $0) }].compactMap { $0 }
        guard let until = terms.compactMap(\.until).max() else { throw .because(.notCancellable) }
        guard now < min(until, settings.startsAt) else {
            throw .because(
                .cancelDeadlinePassed,
                until < settings.startsAt
                    ? "users could cancel reservations of this date until \(until); operators still can"
                    : "the date began at \(settings.startsAt), so users can no longer return its tickets; operators still can"
            )
        }
        return terms.compactMap { $0.keptPercent(at: now) }.min() ?? 0
    }
}
