import Kernel
import RPC

// Money in messages is a number of minor units and the code of a currency.

extension Money {
    /// The amount in the fields of a request.
    package init(field minorUnits: UInt64, _ code: String) throws(RPCFailure) {
        guard let amount = Int64(exactly: minorUnits) else {
            throw .invalid("amount", "must be at most \(Int64.max)", got: "\(minorUnits)")
        }
        self.init(minorUnits: amount, try Currency(field: code))
    }

    /// The minor units for a message.
    package var field: UInt64 { UInt64(clamping: minorUnits) }
}

extension Currency {
    package init(field code: String) throws(RPCFailure) {
        guard let currency = Currency(code) else {
            throw .invalid("currency", "must be a code of ISO 4217 such as EUR", got: "“\(Excerpt.of(code))”")
        }
        self = currency
    }
}
