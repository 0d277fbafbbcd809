import ConcertDomain
import Kernel

/// Parses the fields of requests. The refusal names the field.
extension ID {
    init(field bytes: [UInt8], _ name: String) throws(ConcertRefusal) {
        guard let id = ID(bytes: bytes) else {
            throw .invalid(name, "must have 16 bytes; got \(bytes.count)")
        }
        self = id
    }

    /// Nil if the field is empty.
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
            throw .invalid("currency", "must be an ISO 4217 code such as EUR; got “\(Excerpt.of(code))”")
        }
        guard let amount = Int64(exactly: minorUnits) else {
            throw .invalid("amount", "must be at most \(Int64.max); got \(minorUnits)")
        }
        self.init(minorUnits: amount, currency)
    }

    var field: UInt64 { UInt64(clamping: minorUnits) }
}
