import Kernel
import RPC

extension ID {
    /// The id that a field of a request holds.
    package init(field name: String, _ bytes: [UInt8]) throws(RPCFailure) {
        guard let id = Self(bytes: bytes) else {
            throw RPCFailure(
                .invalidArgument, "ID_INVALID", "\(name) has \(bytes.count) bytes; an id has \(Self.byteCount)")
        }
        self = id
    }
}

extension Timestamp {
    /// The time that a field of a request holds; 0 is none.
    package init?(field milliseconds: Int64) {
        if milliseconds == 0 { return nil }
        self.init(milliseconds: milliseconds)
    }
}
