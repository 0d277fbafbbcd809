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
