import ConcertService
import Kernel
import Programs
import QueueAPI
import QueueService
import RPC
import Service
import Telemetry
import TestSupport
import Testing
import Threads
import WalletService

/// The statements that the jobs of an idle system send to its databases.
@Suite struct IdleTests {
    /// A service, and its jobs as their timers would run them.
    private final class Program {
        private let service: TestService
        private let faults: Faults
        private var jobs: [(job: Job, next: Uptime)]

        init(_ service: TestService, _ faults: Faults) {
            self.service = service
            self.faults = faults
            let (instance, clock) = (service.instances[0], service.clock)
            let log = Log(level: .error, clock: clock) { _ in }
            let watch = DatabaseWatch(log, Metrics(), Health(), SystemClock())
            let newest = NewestTime(clock, Metrics(), Health())
            let common = [watch.check(of: instance.database), newest.job(on: instance.database)]
            jobs = (common + instance.jobs).map { ($0, clock.uptime) }
        }

        var statementCount: Int { faults.statementCount }
        var nextRun: Uptime { jobs.map(\.next).min()! }

        func runDue() async throws {
            for index in jobs.indices where jobs[index].next <= service.clock.uptime {
                try await jobs[index].job.run()
                jobs[index].next = service.clock.uptime + jobs[index].job.interval
            }
        }
    }

    private static func run(_ programs: [Program], for duration: Duration, _ clock: ManualClock) async throws {
        let end = clock.uptime + duration
        while clock.uptime < end {
            for program in programs { try await program.runDue() }
            clock.advance(by: programs.map(\.nextRun).min()! - clock.uptime)
        }
    }

    @Test(arguments: Engine.available)
    func `an idle system makes fewer than five statements a second in each database`(engine: Engine) async throws {
        let (concertFaults, queueFaults, walletFaults) = (Faults(), Faults(), Faults())
        try await TestService.with(.concert, on: engine, faults: concertFaults) { concert in
            let (keys, clock) = (concert.keys, concert.clock)
            try await TestService.with(.queue, on: engine, keys: keys, clock: clock, faults: queueFaults) { queue in
                let arguments = [
                    "--concert", "\(concert.instances[0].address)", "--queue", "\(queue.instances[0].address)",
                ]
                try await TestService.with(
                    .wallet, on: engine, keys: keys, clock: clock, arguments: arguments, faults: walletFaults
                ) { wallet in
                    let admin = QueueClient(queue.client(of: .operator))
                    let create = CreateRoomRequest(name: "sale")
                    let room = try await admin.createRoom(create, CallOptions(requestID: .numbered(1))).room
                    _ = try await admin.openRoom(OpenRoomRequest(roomID: room.roomID))
                    let programs = [
                        Program(concert, concertFaults), Program(queue, queueFaults), Program(wallet, walletFaults),
                    ]
                    try await Self.run(programs, for: .seconds(30), clock)
                    let before = programs.map(\.statementCount)
                    try await Self.run(programs, for: .minutes(1), clock)
                    for (program, count) in zip(programs, before) {
                        let perSecond = Double(program.statementCount - count) / 60
                        #expect(perSecond > 1.9 && perSecond < 5, "at least two checks of the database")
                    }
                }
            }
        }
    }
}
