import Database
import Kernel
import Messages
import RPC
import TestSupport

/// The stored events of a service.
struct EventBooks: Sendable {
    /// In the order of their serials.
    let numbered: [SaleEvent]
    /// Events that the job has not numbered yet.
    let new: [SaleEvent]

    init(_ reader: Reader) throws {
        numbered = try reader.rows("select serial, event from event order by serial") { row in
            var event = try Self.event(try row.bytes(1))
            event.serial = UInt64(try row.int64(0))
            return event
        }
        new = try reader.rows("select event from event_new") { row in try Self.event(try row.bytes(0)) }
    }

    private static func event(_ bytes: [UInt8]) throws -> SaleEvent { try SaleEvent(decoding: bytes) }
}

/// Follows the events of a service from check to check, as another system does.
struct EventFollower {
    private var received: [SaleEvent]

    init(received: [SaleEvent] = []) {
        self.received = received
    }

    /// Promise 15: one event for each sale of `sold`, each event once, without a gap, and in the order of each reservation.
    mutating func check(_ books: EventBooks, sold: Set<ReservationID>, _ kind: SaleEventKind) throws {
        guard books.numbered.map(\.serial) == (0..<books.numbered.count).map({ UInt64($0) + 1 }) else {
            throw Breach(invariant: 15, what: "the serials of the events have a gap")
        }
        guard books.numbered.starts(with: received) else {
            throw Breach(invariant: 15, what: "an event has changed after a follower received it")
        }
        received = books.numbered
        let all = books.numbered + books.new.sorted { $0.version < $1.version }
        for (subject, events) in Dictionary(grouping: all, by: \.subject) {
            let versions = events.map(\.version)
            let isComplete = subject.reservation == nil || versions.first == 1
            guard isComplete, zip(versions, versions.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw Breach(invariant: 15, what: "the events of \(subject) are not in order: \(versions)")
            }
        }
        let sales = all.filter { $0.kind == kind }.compactMap(\.reservationID)
        guard sales.count == sold.count, Set(sales) == sold else {
            throw Breach(invariant: 15, what: "\(sales.count) events for \(sold.count) reservations of kind \(kind)")
        }
    }
}

/// A reservation, or a date if there is none.
private struct Subject: Hashable {
    let reservation: ReservationID?
    let date: ScheduleID?
}

extension SaleEvent {
    fileprivate var subject: Subject {
        Subject(reservation: reservationID, date: reservationID == nil ? scheduleID : nil)
    }
}

/// The followers of both services. A service whose books are nil has written nothing.
struct EventFollowers {
    private var ofWallet = EventFollower()
    private var ofConcert = EventFollower()

    mutating func check(_ wallet: WalletBooks?, _ concert: ConcertBooks?, in world: World) throws {
        if let wallet {
            try ofWallet.check(try world.wallet.inspect { try EventBooks($0) }, sold: wallet.paid, .payment)
        }
        if let concert {
            try ofConcert.check(try world.concert.inspect { try EventBooks($0) }, sold: concert.sold, .sale)
        }
    }
}

extension WalletBooks {
    /// The reservations that were paid.
    var paid: Set<ReservationID> {
        Set(payments.filter { $0.state == .posted || $0.state == .refunded }.compactMap(\.reservation))
    }
}

extension ConcertBooks {
    /// The reservations that were sold, also if they were returned since.
    var sold: Set<ReservationID> { Set(reservations.values.filter { $0.payment != nil }.map(\.id)) }
}
