import Database
import Identity
import Kernel
import QueueAPI
import QueueDomain
import Service

/// Handles the calls of this service. Each RPC has a file with its name; small ones that are alike share a file.
/// Instances share state only through the database.
///
/// A class, because each call would retain every member of a structure.
final class QueueServer: QueueHandlers {
    let database: Database
    let clock: any Clock
    let passes: Passes
    let codes: JoinCodes
    let throttle: JoinThrottle
    let joins: JoinBatch.Line
    let renewals: RenewBatch.Line
    let ends: EndBatch.Line
    let watches: RoomWatches
    let lines: WaitingLines
    let roomsInUse: RoomsInUse
    let checkpoints: Checkpoints

    init(
        _ environment: ServiceEnvironment, _ checkpoints: Checkpoints, _ figures: FiguresReport, _ rooms: RoomsInUse
    ) {
        database = environment.database
        clock = environment.clock
        passes = Passes(environment.keys)
        codes = JoinCodes(environment.keys)
        throttle = JoinThrottle(environment.clock)
        joins = JoinBatch.line(on: database) { batch in
            figures.count(batch.admitted)
            checkpoints.joins.add(batch.new, to: batch.room.id)
        }
        renewals = RenewBatch.line(on: database) { figures.count($0) }
        ends = EndBatch.line(on: database)
        watches = RoomWatches(database, clock)
        lines = WaitingLines(database, clock)
        roomsInUse = rooms
        self.checkpoints = checkpoints
    }
}
