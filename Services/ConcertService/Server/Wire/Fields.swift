import ConcertDomain
import Kernel

/// Reading the fields of requests; what cannot be read is refused by the name of its field.
extension ID {
    init(field bytes: [UInt8], _ name: String) throws(ConcertRefusal) {
        guard let id = ID(bytes: bytes) else {
            throw .invalid(name, "has 16 bytes; got \(bytes.count)")
        }
        self = id
    }

    /// Nil where the field is empty.
    static func optional(field bytes: [UInt8], _ name: String) throws(ConcertRefusal) -> ID? {
        bytes.isEmpty ? nil : try ID(field: bytes, name)
    }
}

extension ScheduleKey {
    init(_ concert: [UInt8], _ schedule: [UInt8]) throws(ConcertRefusal) {
        self.concert = try ConcertID(field: concert, "concert_id")
        self.schedule = try ScheduleID(field: schedule, "schedule_id")
    }
}

extension Timestamp {
    init(field milliseconds: UInt64) {
        self.init(milliseconds: Int64(clamping: milliseconds))
    }

    var field: UInt64 { UInt64(clamping: milliseconds) }
}

extension Timestamp? {
    var field: UInt64 { self?.field ?? 0 }
}

extension Money {
    init(field minorUnits: UInt64, _ code: String) throws(ConcertRefusal) {
        guard let currency = Currency(code) else {
            throw .invalid("currency", "is no ISO 4217 code; got “\(Excerpt.of(code))”")
        }
        guard let amount = Int64(exactly: minorUnits) else { throw .invalid("amount", "is more than can be counted") }
        self.init(minorUnits: amount, currency)
    }

    var field: UInt64 { UInt64(clamping: minorUnits) }
}
