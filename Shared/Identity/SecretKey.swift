import Kernel

/// Thirty-two secret bytes. They are written to the key file and nowhere else: printing or dumping one shows nothing.
struct SecretKey: Sendable {
    static let byteCount = 32

    private var bytes = InlineArray<32, UInt8>(repeating: 0)

    static func random() -> SecretKey {
        SecretKey(filling: Sodium.randomBytes(byteCount))
    }

    /// Nil unless there are exactly thirty-two bytes.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(filling: bytes)
    }

    init(filling source: [UInt8]) {
        precondition(source.count == Self.byteCount)
        for index in source.indices { bytes[index] = source[index] }
    }

    /// As it stands in the key file.
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
