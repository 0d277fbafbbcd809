import Kernel
import RPC

extension ID {
    /// The id in the field `name` of a request.
    package init(field name: String, _ bytes: [UInt8]) throws(RPCFailure) {
        guard let id = Self(bytes: bytes) else {
            throw .invalid(name, "must have \(Self.byteCount) bytes", got: "\(bytes.count) bytes")
        }
        self = id
    }
}

extension Timestamp {
    /// The time in a field of a request. Nil if the field is 0.
    package init?(field milliseconds: Int64) {
        if milliseconds == 0 { return nil }
        self.init(milliseconds: milliseconds)
    }
}
