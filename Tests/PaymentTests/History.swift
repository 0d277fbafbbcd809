import ConcertAPI
import Database
import Kernel
import Programs
import RPC
import Service
import TestSupport
import WalletAPI

/// A random history of a sale. The same seed gives the same history.
final class History: @unchecked Sendable {
    // Sound because: only the simulation's thread uses it.

    struct Outcome: Sendable {
        let seed: UInt64
        let breach: Breach?
        let reached: Set<Situation>
        /// A hash of all events in their order.
        let fingerprint: UInt64
        let lines: [String]
    }

    private static let visits: UInt64 = 5
    private static let quietTime = Duration.minutes(10)
    private static let largestClockError = Duration.minutes(30)

    private let seed: UInt64
    private let mutant: Mutant?
    private let world: World
    private var random: SeededGenerator
    private var trouble: Trouble
    private var wallet = WalletBooks()
    private var concert = ConcertBooks()
    private var followers = EventFollowers()
    private var isWalletDirty = false
    private var isConcertDirty = false
    private var invariants = Invariants()
    private var breach: Breach?
    private var reached: Set<Situation> = []
    private var trace = Trace()
    private var visitsLeft = History.visits

    static func run(seed: UInt64, without mutant: Mutant? = nil) throws -> Outcome {
        let history = try History(seed: seed, mutant)
        defer { history.world.end() }
        try history.run()
        return Outcome(
            seed: seed, breach: history.breach, reached: history.reached, fingerprint: history.trace.fingerprint,
            lines: history.trace.lines)
    }

    private init(seed: UInt64, _ mutant: Mutant?) throws {
        self.seed = seed
        self.mutant = mutant
        world = try World(seed: seed)
        random = SeededGenerator(seed: seed)
        trouble = Trouble(seed: seed ^ 0x7472_6f75)
        try mutant?.apply(to: world)
    }

    private var clock: ManualClock { world.simulation.clock }

    private func run() throws {
        try open()
        let chaos = Double.random(in: 0..<1, using: &random)
        world.isOpen = true
        for number in 1...Self.visits {
            let visit = Visit(world: world, number: number, visitCount: Self.visits) { [self] in received($0) }
            world.simulation.start { [self] in
                await visit.run(seed: seed)
                visitsLeft -= 1
            }
        }
        if chaos < 0.7 { world.simulation.start { [self] in await killRepeatedly() } }
        if chaos > 0.4 { world.simulation.start { [self] in await setClocks() } }
        world.simulation.start { [self] in await setPolicies() }
        if mutant == .cancelByList || Double.random(in: 0..<1, using: &random) < 0.25 {
            world.simulation.start { [self] in
                await pause(3000...20_000)
                await world.cancelDate()
            }
        }
        if mutant == nil, Bool.random(using: &random) {
            world.simulation.start { [self] in await failCommitsRepeatedly() }
        }
        try world.simulation.run(limit: .hours(1)) { breach != nil || visitsLeft == 0 }
        if breach == nil { try settle() }
    }

    private func open() throws {
        var money = world.payers.map { _ in UInt64.random(in: 1...4, using: &random) * World.price }
        // The money is exactly enough for some seats, or one cent short.
        for index in money.indices where Bool.random(using: &random) { money[index] -= 1 }
        world.simulation.network.interfere = { [unowned self] in interfere(with: $0) }
        for program in [world.wallet, world.concert] {
            program.pause = { [unowned self] in pause(before: $0) }
            program.didLog = { [unowned self] in logged($0) }
        }
        world.wallet.didCommit = { [unowned self] in isWalletDirty = true }
        world.concert.didCommit = { [unowned self] in isConcertDirty = true }
        world.simulation.afterTurn = { [unowned self] in inspect() }
        try world.open(money: money)
    }

    private func interfere(with frame: FrameOnTheWay) -> Interference {
        guard world.isOpen else { return .deliver }
        let fate = trouble.fate(of: frame)
        if let delay = fate.repetition {
            let (request, address) = (frame.envelope, frame.connection.address)
            world.simulation.start { [self] in
                try? await clock.sleep(for: delay)
                await world.send(request, to: address)
            }
        }
        return fate.now
    }

    /// Returns a random pause of a job. It is less regular than in production, so that more orders of events occur.
    private func pause(before job: Job) -> Duration? {
        switch job.name {
        case "payments": .milliseconds(Int64.random(in: 50...1500, using: &random))
        case "cancel dates": .milliseconds(Int64.random(in: 200...5000, using: &random))
        case "refunds": .milliseconds(Int64.random(in: 500...5000, using: &random))
        case "sweep", "forget aborts": .milliseconds(Int64.random(in: 1000...20_000, using: &random))
        default: nil
        }
    }

    // MARK: Faults of the servers

    private func killRepeatedly() async {
        for _ in 1...Int.random(in: 1...3, using: &random) {
            await pause(0...12_000)
            guard world.isOpen else { return }
            let victims = [[world.wallet], [world.concert], [world.wallet, world.concert]].randomElement(
                using: &random)!
            for victim in victims where victim.isUp { kill(victim) }
            await pause(0...(Bool.random(using: &random) ? 1000 : 14_000))
            startAll()
        }
    }

    private func kill(_ program: SimulatedProgram) {
        note("\(program.address) is killed")
        program.kill(noticedWithin: .seconds(Int64.random(in: 0...8, using: &random)))
    }

    private func setClocks() async {
        for _ in 1...2 {
            guard world.isOpen else { return }
            let program = [world.wallet, world.concert].randomElement(using: &random)!
            let largest = Self.largestClockError.milliseconds
            program.clock.error = .milliseconds(Int64.random(in: -largest...largest, using: &random))
            note("the clock of \(program.address) is wrong by \(program.clock.error)")
            await pause(0...15_000)
        }
    }

    /// Changes what a return keeps. The clocks step around the last day before the start, so a step of one day applies
    /// sometimes.
    private func setPolicies() async {
        for number in 900...902 as ClosedRange<UInt64> {
            let (far, near) = (UInt32.random(in: 0...50, using: &random), UInt32.random(in: 50...100, using: &random))
            var steps = [ReturnStep(daysBeforeStart: 1, keptPercent: near)]
            if Bool.random(using: &random) { steps.append(ReturnStep(daysBeforeStart: 2, keptPercent: far)) }
            let until = Bool.random(using: &random) ? .minutes(30) : Duration.hours(20)
            await world.setPolicy(steps, until: .noon + until, number: number)
            await pause(0...20_000)
            guard world.isOpen else { return }
        }
    }

    /// Makes commits fail, once, a few times or until the disk is repaired. They are not applied, or applied and not
    /// confirmed.
    private func failCommitsRepeatedly() async {
        for _ in 1...Int.random(in: 1...6, using: &random) {
            await pause(0...5000)
            guard world.isOpen else { return }
            let program = [world.wallet, world.concert].randomElement(using: &random)!
            let fault = Faults.Fault.allCases.randomElement(using: &random)!
            let first = Int.random(in: 1...6, using: &random)
            let count = [1, 2, 3, .max].randomElement(using: &random)!
            program.faults.fail(.commit, number: first, count: count, with: fault)
            note("commit \(first) of \(program.address) fails \(count) times: \(fault)")
            await pause(0...8000)
            if count == .max { program.faults.heal() }
        }
    }

    private func startAll() {
        for program in [world.wallet, world.concert] where !program.isUp {
            do { try program.start() } catch { preconditionFailure("\(program.address) does not start: \(error)") }
            note("\(program.address) is started")
        }
    }

    private func pause(_ milliseconds: ClosedRange<Int64>) async {
        try? await clock.sleep(for: .milliseconds(Int64.random(in: milliseconds, using: &random)))
    }

    /// Ends all faults. Then every payment, hold and refund must end.
    private func settle() throws {
        world.isOpen = false
        for program in [world.wallet, world.concert] where mutant == nil { program.faults.heal() }
        startAll()
        // The clock is later than ever before, because a hold ends by the clock that began it.
        world.concert.clock.error = Self.largestClockError
        // Wallet's clock may also be set back, because Wallet waits for no absolute time. The difference stays within
        // the lifetime of credentials.
        world.wallet.clock.error = [Self.largestClockError, .minutes(-20)].randomElement(using: &random)!
        let end = clock.uptime + Self.quietTime
        while clock.uptime < end, breach == nil {
            world.simulation.run(for: .seconds(10))
            if (try? invariants.checkQuiet(wallet, concert, at: world.concert.clock.now)) != nil { return }
        }
        if breach == nil { found { try invariants.checkQuiet(wallet, concert, at: world.concert.clock.now) } }
    }

    // MARK: Checks

    /// Checks the promises after each step that wrote.
    private func inspect() {
        failPower()
        guard isWalletDirty || isConcertDirty, breach == nil else { return }
        let before = wallet
        found {
            if isWalletDirty {
                wallet = try world.wallet.inspect { try WalletBooks($0) }
                try invariants.check(wallet)
            }
            if isConcertDirty {
                concert = try world.concert.inspect { try ConcertBooks($0) }
                try invariants.check(concert)
            }
            try invariants.check(wallet, concert)
            if mutant == nil {
                try followers.check(isWalletDirty ? wallet : nil, isConcertDirty ? concert : nil, in: world)
            }
        }
        (isWalletDirty, isConcertDirty) = (false, false)
        reached.formUnion(Situation.all(wallet, before: before, concert, at: world.concert.clock.now))
        let payments = wallet.payments.map(\.state.rawValue)
        let reservations = concert.reservations.values.sorted { $0.id < $1.id }.map(\.state.rawValue)
        note("payments \(payments), reservations \(reservations), \(concert.decisions.count) decisions")
        found { try mutant?.intervene(in: world, wallet, concert) }
    }

    private func failPower() {
        for program in [world.wallet, world.concert] where program.isLosingPower {
            program.isLosingPower = false
            kill(program)
            world.simulation.start { [self] in
                await pause(0...5000)
                startAll()
            }
        }
    }

    private func received(_ payment: Payment) {
        note("payer receives \(payment.outcome)")
        guard payment.outcome != .pending, breach == nil else { return }
        found { try invariants.received([payment.paymentID: payment.outcome == .paid], wallet) }
    }

    /// Reports errors that a server logs, except injected disk faults. A mutant may log errors, because it must be
    /// detected by a broken promise.
    private func logged(_ line: String) {
        guard Self.isAlarm(line), breach == nil, mutant == nil else { return }
        note(line)
        breach = Breach(invariant: 0, what: "a server logged an error: \(line)")
    }

    /// True if a line of the log is an error. A line contains time, level and message.
    static func isAlarm(_ line: String) -> Bool {
        line.split(separator: " ").dropFirst().first == "error" && !line.contains("fault: ")
    }

    private func found(_ check: () throws -> Void) {
        do { try check() } catch {
            guard breach == nil else { return }
            breach = error as? Breach ?? Breach(invariant: 0, what: "\(error)")
            note("\(breach!)")
        }
    }

    private func note(_ line: String) {
        trace.add("\(clock.uptime.nanoseconds / 1_000_000) ms: \(line)")
    }
}

/// The events of a history, and their hash (FNV-1a).
private struct Trace {
    private(set) var lines: [String] = []
    private(set) var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ line: String) {
        lines.append(line)
        for byte in line.utf8 { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
}
