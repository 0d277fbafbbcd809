import Kernel

/// The W3C trace context of a call, in 25 bytes.
package struct TraceContext: Hashable, Sendable {
    package let trace: TraceID
    package let span: UInt64
    package let flags: UInt8

    package init(trace: TraceID, span: UInt64, flags: UInt8) {
        self.trace = trace
        self.span = span
        self.flags = flags
    }

    /// The context of a nested call in the same trace.
    package func next(span: UInt64) -> TraceContext {
        TraceContext(trace: trace, span: span, flags: flags)
    }
}

extension TraceContext {
    /// Nil unless `bytes` has exactly 25 bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Frame.traceBytes, let trace = TraceID(bytes: .init(rebasing: bytes[..<TraceID.byteCount]))
        else { return nil }
        self.init(
            trace: trace, span: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
            flags: bytes[24])
    }

    /// Writes 25 bytes.
    func write(to memory: UnsafeMutableRawPointer) {
        trace.write(to: memory)
        memory.storeBytes(of: span.bigEndian, toByteOffset: 16, as: UInt64.self)
        memory.storeBytes(of: flags, toByteOffset: 24, as: UInt8.self)
    }
}

extension TraceContext: CustomStringConvertible {
    /// The W3C `traceparent` header.
    package var description: String {
        "00-\(trace.digits)-\(span.hexadecimalDigits)-\(flags.hexadecimalDigits)"
    }
}
