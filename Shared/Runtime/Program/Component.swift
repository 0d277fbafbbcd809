/// One part of a program that has to be started and stopped: a database, a server, a client.
package struct Component: Sendable {
    package let name: String
    package let start: @Sendable () async throws -> Void
    package let stop: @Sendable () async -> Void

    /// `start` returns when the part works, and undoes what it did when it throws. `stop` finishes what is in flight and
    /// returns when nothing is left; its task is cancelled when the drain timeout is over.
    package init(
        _ name: String, start: @escaping @Sendable () async throws -> Void, stop: @escaping @Sendable () async -> Void
    ) {
        self.name = name
        self.start = start
        self.stop = stop
    }
}

/// Work in the background, again and again while the program runs. A run that fails is logged, and the next one comes.
package struct Job: Sendable {
    /// The pause between two runs is longer or shorter by up to this part of it, so that instances do not keep step.
    package static let jitter = 0.1

    package let name: String
    package let interval: Duration
    package let run: @Sendable () async throws -> Void

    /// The first run is at the start of the program; runs of one job never overlap.
    package init(_ name: String, every interval: Duration, run: @escaping @Sendable () async throws -> Void) {
        precondition(interval > .zero, "a job needs a pause between its runs")
        self.name = name
        self.interval = interval
        self.run = run
    }
}
