/// A part of a program that is started and stopped: a database, a server, a client.
package struct Component: Sendable {
    package let name: String
    /// True if it has resources before its start. Then it is stopped even if it was not started or its start failed.
    package let isOpen: Bool
    package let start: @Sendable () async throws -> Void
    package let stop: @Sendable () async -> Void

    /// `start` returns when the component is usable. If it throws, it has released its resources, or `isOpen` is true.
    /// `stop` returns when all calls in flight are finished. Its task is cancelled at the end of the drain time-out.
    package init(
        _ name: String, isOpen: Bool = false, start: @escaping @Sendable () async throws -> Void,
        stop: @escaping @Sendable () async -> Void
    ) {
        self.name = name
        self.isOpen = isOpen
        self.start = start
        self.stop = stop
    }
}

/// Background work, repeated while the program runs. A failed run is logged, and the job runs again after the next
/// pause.
package struct Job: Sendable {
    /// The pause between two runs varies by up to this fraction, so that instances do not run in step.
    package static let jitter = 0.1

    package let name: String
    package let interval: Duration
    package let run: @Sendable () async throws -> Void

    /// The first run is at the start of the program. Runs of one job never overlap.
    package init(_ name: String, every interval: Duration, run: @escaping @Sendable () async throws -> Void) {
        precondition(interval > .zero, "a job needs a pause between its runs")
        self.name = name
        self.interval = interval
        self.run = run
    }
}
