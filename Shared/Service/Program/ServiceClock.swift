import Kernel
import Synchronization
import Threads

/// The time of a running service: the wall time at its start, plus the time that has passed since.
///
/// It never steps back. It follows a wall clock that is ahead of it by less than `tolerance`. It follows no larger step
/// forwards and no step backwards, so that holds, passes and deadlines keep their length.
package final class ServiceClock: Clock {
    /// The largest difference between the wall clock and this clock at which the service is still ready.
    package static let tolerance = Duration.seconds(5)

    private let machine: any Clock
    private let elapsed: @Sendable () -> Uptime
    /// Milliseconds that are added to the elapsed time; it only grows.
    private let offset: Atomic<Int64>

    /// `elapsed` never steps, and counts the time in which the machine is suspended.
    package init(
        _ machine: any Clock = SystemClock(), elapsed: @escaping @Sendable () -> Uptime = { SystemClock.sinceBoot }
    ) {
        self.machine = machine
        self.elapsed = elapsed
        offset = Atomic(machine.now.milliseconds - elapsed().milliseconds)
    }

    package var now: Timestamp {
        let (wall, elapsed) = reading
        let ahead = wall - (elapsed + offset.load(ordering: .relaxed))
        if ahead > 0, ahead < Self.tolerance.milliseconds { offset.max(wall - elapsed, ordering: .relaxed) }
        return Timestamp(milliseconds: elapsed + offset.load(ordering: .relaxed))
    }

    package var uptime: Uptime { machine.uptime }

    package func sleep(until deadline: Uptime) async throws(CancellationError) {
        try await machine.sleep(until: deadline)
    }

    /// The wall clock minus this clock. Negative if the wall clock is behind.
    package var wallClockLead: Duration {
        let (wall, elapsed) = reading
        return .milliseconds(wall - elapsed - offset.load(ordering: .relaxed))
    }

    /// The reason that the service is not ready: the wall clock was set. Nil while both clocks agree.
    package var problem: String? {
        let lead = wallClockLead
        let seconds = abs(lead.milliseconds / 1000)
        let remedy = "Correct the wall clock. If it is right, restart the service"
        if lead >= Self.tolerance {
            return "the wall clock is \(seconds) s ahead of this service, which does not follow such a step. \(remedy)"
        }
        if lead <= .zero - Self.tolerance {
            return "the wall clock is \(seconds) s behind this service: it was set back. \(remedy)"
        }
        return nil
    }

    /// Reads the wall clock first. If the thread is suspended between the two readings, the wall clock seems to be
    /// behind, which has no effect. In the other order it would move this clock ahead.
    private var reading: (wall: Int64, elapsed: Int64) {
        let wall = machine.now.milliseconds
        return (wall, elapsed().milliseconds)
    }
}

extension Uptime {
    fileprivate var milliseconds: Int64 { Int64(nanoseconds / 1_000_000) }
}
