import ConcertAPI
import Database
import Identity
import Kernel
import Service
import Telemetry

/// Handles the calls of this service. Each RPC has a file with its name. Instances share state only through the
/// database.
///
/// A class, because each call would retain every member of a structure.
final class ConcertServer: ConcertHandlers {
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
    let reservations: ReserveBatch.Line
    /// Each choice of seats costs work, so a user with many requests must not delay the others.
    let reservationsOfUsers = OneByOne<UserID>()
    let confirmations: ConfirmBatch.Line
    let acknowledgements: AcknowledgeBatch.Line
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
        reservations = ReserveBatch.line(on: environment.database)
        confirmations = ConfirmBatch.line(on: environment.database)
        acknowledgements = AcknowledgeBatch.line(on: environment.database)
        brokenInvariants = environment.metrics.counter(
            "concert_broken_invariants_total", "Broken invariants. Raise an alarm if it increases.")
    }

    /// Counts a broken invariant that `body` throws.
    func countingBrokenInvariants<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let broken as BrokenInvariant {
            brokenInvariants.increment()
            throw broken
        }
    }
}
