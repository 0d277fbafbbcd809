import ConcertAPI
import ConcertDomain
import Database
import Identity
import Kernel
import RPC
import Runtime
import Service

/// What answers the calls of this service. Each RPC has a file of its own, named like it; all that two instances must
/// agree on is in the database.
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

    init(_ ground: ServiceGround) {
        database = ground.database
        clock = ground.clock
        log = ground.log
        passes = Passes(ground.keys)
        signer = TicketSigner(ground.keys)
        verifier = TicketVerifier(signer.publicKeys)
        schedules = Schedules(ground.database, clock)
        maps = SeatMaps(ground.database, clock)
        tallies = Tallies(ground.database, clock)
        takenLately = TakenLately(clock)
        brokenInvariants = ground.metrics.counter(
            "concert_broken_invariants_total", "What must never happen, and did: raise an alarm.")
    }
}

/// What must never happen, seen before it could do harm: nothing was written.
struct BrokenInvariant: Error, CustomStringConvertible {
    let description: String
}
