import Kernel
import Service
import WalletAPI
import WalletDomain

/// Reads fields of requests. A refusal names the field.
extension Currency {
    init(field code: String) throws(WalletRefusal) {
        guard let currency = Currency(code) else { throw .invalid("currency", "an ISO 4217 code such as EUR") }
        self = currency
    }
}

extension Money {
    init(field minorUnits: UInt64, _ code: String) throws(WalletRefusal) {
        guard let amount = Int64(exactly: minorUnits), amount <= Payment.largestAmount else {
            throw .invalid(
                "amount", "at most \(Payment.largestAmount) in the smallest unit of the currency; got \(minorUnits)")
        }
        self.init(minorUnits: amount, try Currency(field: code))
    }

    var field: UInt64 { UInt64(clamping: minorUnits) }
}

extension Timestamp {
    var field: UInt64 { UInt64(clamping: milliseconds) }
}

extension Payment.Content {
    init(_ request: PayRequest) throws {
        self.init(
            concert: try ConcertID(field: "concert_id", request.concertID),
            reservation: try ReservationID(field: "reservation_id", request.reservationID),
            amount: try Money(field: request.amount, request.currency))
    }
}

/// The size of a page of a list.
enum PageSize {
    private static let usual = 50
    private static let allowed = 1...500

    static func read(_ field: UInt32) throws(WalletRefusal) -> Int {
        let size = field == 0 ? usual : Int(field)
        guard allowed.contains(size) else {
            throw .invalid(
                "page_size", "\(allowed.lowerBound) to \(allowed.upperBound), or 0 for \(usual); got \(field)")
        }
        return size
    }
}
