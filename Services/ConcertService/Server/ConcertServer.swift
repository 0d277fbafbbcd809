import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC
import Runtime
import Service

/// Handles the calls of this service. Each RPC has a file with its name. Instances share state only through the
/// database.
struct ConcertServer: ConcertHandlers {
    let database: Database
    let clock: any Clock
    let log: Log
    let passes: Passes
    let signer: TicketSigner
    let verifier: TicketVerifier
    let schedules: Schedules
    let maps: SeatMaps
    let tallies: Tallies
    let hints = SeatHints()
    let takenLately: TakenLately
    let brokenInvariants: Counter

    init(_ environment: ServiceEnvironment) {
        database = environment.database
        clock = environment.clock
        log = environment.log
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
}

/// A broken invariant in the stored data. The transaction that finds it writes nothing.
struct BrokenInvariant: Error, CustomStringConvertible {
    let description: String
}
