import Encoding

/// A secret of 32 bytes. Only the key file contains it: printing or dumping a `SecretKey` reveals nothing.
struct SecretKey: Sendable {
    static let byteCount = 32

    private var bytes = InlineArray<32, UInt8>(repeating: 0)

    static func random() -> SecretKey {
        SecretKey(filling: Sodium.randomBytes(byteCount))
    }

    /// Nil unless `bytes` has exactly 32 bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(filling: bytes)
    }

    init(filling source: [UInt8]) {
        precondition(source.count == Self.byteCount)
        for index in source.indices { bytes[index] = source[index] }
    }

    var fileText: String { Hexadecimal.text(of: bytes.indices.map { bytes[$0] }) }

    func withUnsafePointer<Result>(_ body: (UnsafePointer<UInt8>) -> Result) -> Result {
        bytes.span.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("thirty-two bytes have an address") }
            return body(start)
        }
    }
}

extension SecretKey: CustomStringConvertible, CustomReflectable {
    var description: String { "secret" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
