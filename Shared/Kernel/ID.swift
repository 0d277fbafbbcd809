/// The UUID of one `Entity`. The compiler refuses the id of another kind of entity.
///
/// Messages and databases store sixteen bytes. People read the text form.
@usableFromInline
package struct ID<Entity>: Hashable, Sendable {
    /// The first eight bytes, big endian. In a UUIDv7 the upper 48 bits are milliseconds since 1970.
    @usableFromInline package let high: UInt64
    @usableFromInline package let low: UInt64

    @inlinable
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A UUIDv7. Ids sort by the millisecond of their creation, so a database appends rows instead of scattering them.
    package static func make(at now: Timestamp, using random: inout some RandomNumberGenerator) -> ID {
        ID(made: now, random.next(), random.next())
    }

    package static func make(at now: Timestamp) -> ID {
        ID(made: now, .random(in: 0 ... .max), .random(in: 0 ... .max))
    }

    private init(made now: Timestamp, _ high: UInt64, _ low: UInt64) {
        let version: UInt64 = 0x7000
        let variant: UInt64 = 0x8000_0000_0000_0000
        let milliseconds = UInt64(clamping: now.milliseconds) << 16
        self.init(high: milliseconds | version | (high & 0x0fff), low: variant | (low >> 2))
    }

    /// A key for tables of many ids that this system made. It is hashed in half the time, and two of them differ, except by
    /// a chance of 1 in 2^60. A client can choose ids with equal fingerprints for what it names itself.
    package var fingerprint: UInt64 { high ^ low }

    /// The same sixteen bytes as another kind of id. A row that a request creates takes the id of that request.
    @inlinable
    package init<Other>(of other: ID<Other>) {
        self.init(high: other.high, low: other.low)
    }
}

/// The kinds of entities whose ids more than one module uses. These are names only: the domains define the entities.
/// They are in Kernel because a domain imports no other module.
package enum Identified {
    /// One request of the outermost client. Its retries share the id.
    package enum Request {}
    /// Correlates the log lines of one request across services.
    package enum Trace {}
    package enum User {}
    /// One sign-in of a user or an operator.
    package enum Session {}
    /// The waiting room of one sale.
    package enum Room {}
    /// A user's position in a room.
    package enum Place {}
    package enum Concert {}
    /// One date of a concert.
    package enum Schedule {}
    /// Seats that one user holds or has bought together.
    package enum Reservation {}
    /// Money that a user pays for a reservation.
    package enum Payment {}
    /// Money that goes back to the user for a payment.
    package enum Refund {}
    package enum Ticket {}
}

package typealias RequestID = ID<Identified.Request>
package typealias TraceID = ID<Identified.Trace>
package typealias UserID = ID<Identified.User>
package typealias SessionID = ID<Identified.Session>
package typealias RoomID = ID<Identified.Room>
package typealias PlaceID = ID<Identified.Place>
package typealias ConcertID = ID<Identified.Concert>
package typealias ScheduleID = ID<Identified.Schedule>
package typealias ReservationID = ID<Identified.Reservation>
package typealias PaymentID = ID<Identified.Payment>
package typealias RefundID = ID<Identified.Refund>
package typealias TicketID = ID<Identified.Ticket>

extension ID {
    @inlinable package static var byteCount: Int { 16 }

    /// Nil unless there are exactly sixteen bytes.
    @inlinable
    package init?(bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    package init?(bytes: [UInt8]) {
        guard let id = bytes.withUnsafeBytes({ ID(bytes: $0) }) else { return nil }
        self = id
    }

    /// Writes sixteen bytes.
    @inlinable
    package func write(to memory: UnsafeMutableRawPointer) {
        memory.storeBytes(of: high.bigEndian, as: UInt64.self)
        memory.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    package var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            if let start = buffer.baseAddress { write(to: start) }
            count = Self.byteCount
        }
    }
}

extension ID: Comparable {
    @usableFromInline package static func < (a: ID, b: ID) -> Bool {
        a.high == b.high ? a.low < b.low : a.high < b.high
    }
}

extension ID: LosslessStringConvertible {
    /// Reads `8-4-4-4-12` hexadecimal digits of either case. Nil for other text.
    @usableFromInline package init?(_ text: String) {
        let groups = text.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12] else { return nil }
        self.init(digits: groups.joined().utf8)
    }

    /// Nil unless there are exactly 32 hexadecimal digits. Inlinable, because a generic loop over bytes is slow.
    @inlinable
    package init?(digits: some Collection<UInt8>) {
        guard digits.count == 32 else { return nil }
        var (high, low): (UInt64, UInt64) = (0, 0)
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            (high, low) = (high << 4 | low >> 60, low << 4 | UInt64(value))
        }
        self.init(high: high, low: low)
    }

    /// The digits of the text form, without dashes.
    package var digits: String { Self.digits(of: [self]) }

    /// The digits of all ids, one after the other. Inlinable, because a generic loop over ids is slow.
    @inlinable
    package static func digits(of ids: [ID]) -> String {
        let halfCount = UInt64.bitWidth / 4
        return String(unsafeUninitializedCapacity: 2 * halfCount * ids.count) { text in
            guard var end = text.baseAddress else { return 0 }
            for id in ids {
                id.high.writeDigits(to: end)
                id.low.writeDigits(to: end + halfCount)
                end += 2 * halfCount
            }
            return 2 * halfCount * ids.count
        }
    }

    @usableFromInline package var description: String {
        var text = digits
        for offset in [20, 16, 12, 8] {
            text.insert("-", at: text.index(text.startIndex, offsetBy: offset))
        }
        return text
    }
}
