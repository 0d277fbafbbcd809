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

    package static func make(using random: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(trace: TraceID(high: random.next(), low: random.next()), span: random.next(), flags: 0)
    }

    /// The context of a nested call in the same trace.
    package func next(span: UInt64) -> TraceContext {
        TraceContext(trace: trace, span: span, flags: flags)
    }
}

extension TraceContext {
    /// Nil unless `bytes` has exactly 25 bytes.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Frame.traceBytes else { return nil }
        self.init(
            trace: TraceID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))),
            span: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
            flags: bytes[24])
    }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: Frame.traceBytes, alignment: 8) { bytes in
            bytes.storeBytes(of: trace.high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: trace.low.bigEndian, toByteOffset: 8, as: UInt64.self)
            bytes.storeBytes(of: span.bigEndian, toByteOffset: 16, as: UInt64.self)
            bytes[24] = flags
            body(UnsafeRawBufferPointer(bytes))
        }
    }
}

extension TraceContext: CustomStringConvertible {
    /// The W3C `traceparent` header.
    package var description: String {
        "00-\(trace.digits)-\(span.hexadecimal)-\(flags.hexadecimal)"
    }
}

extension ID where Entity == Identified.Request {
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        withUnsafeTemporaryAllocation(byteCount: Self.byteCount, alignment: 8) { bytes in
            bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            body(UnsafeRawBufferPointer(bytes))
        }
    }
}
