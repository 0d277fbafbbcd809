import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC
import Service
import Telemetry

/// Handles the calls of this service. Each RPC has a file with its name. Instances share state only through the
/// database.
struct ConcertServer: ConcertHandlers {
    let database: Database
    let clock: any Clock
    let passes: Passes
    let signer: TicketSigner
    let verifier: TicketVerifier
    let schedules: Schedules
    let maps: SeatMaps
    let tallies: Tallies
    let hints = SeatHints()
    let takenLately: TakenLately
    private let brokenInvariants: Counter

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        clock = environment.clock
        passes = Passes(environment.keys)
        signer = TicketSigner(environment.keys)
        verifier = TicketVerifier(signer.publicKeys)
        schedules = Schedules(environment.database, clock)
        maps = SeatMaps(environment.database, clock)
        tallies = Tallies(environment.database, clock)
        takenLately = TakenLately(clock)
        brokenInvariants = environment.metrics.counter(
            "concert_broken_invariants_total", "Broken invariants. Raise an alarm if it increases.")
    }

    /// Runs a transaction and counts the broken invariants that it finds.
    func countingBrokenInvariants<Value: Sendable>(
        before deadline: Uptime, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        do {
            return try await database.transaction(before: deadline, body)
        } catch let broken as BrokenInvariant {
            brokenInvariants.increment()
            throw broken
        }
    }
}
