import Kernel
import Threads

/// A clock with the wall time of the test and the durations of the machine. On real sockets the deadlines of calls use
/// the machine's clock. A retry of the database cannot wait for the test to advance its clock.
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
