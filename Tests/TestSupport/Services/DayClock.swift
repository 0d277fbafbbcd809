import Kernel
import Runtime

/// The time of day is the test's, durations are the machine's. On real sockets calls have deadlines by the machine's
/// clock, and a database that tries again cannot wait for a test to move on.
struct DayClock: Clock {
    let day: any Clock
    private let machine = SystemClock()

    init(day: any Clock) {
        self.day = day
    }

    var now: Timestamp { day.now }
    var uptime: Uptime { machine.uptime }

    func sleep(until deadline: Uptime) async throws(CancellationError) {
        try await machine.sleep(until: deadline)
    }
}
