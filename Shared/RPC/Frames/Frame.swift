import Kernel
import Messages

/// The envelope of a frame in the read buffer. Valid only as long as those bytes.
///
/// It is parsed by hand in one pass, because every call passes here twice. It must agree with `proto/rpc.proto`.
struct Frame {
    var id: UInt64 = 0
    var kind = Kind.unspecified
    var method = UnsafeRawBufferPointer(start: nil, count: 0)
    var timeoutMicroseconds: UInt64 = 0
    var status: UnsafeRawBufferPointer?
    var flags: UInt64 = 0
    var metadata: [UnsafeRawBufferPointer] = []
    var trace = UnsafeRawBufferPointer(start: nil, count: 0)
    var requestID = UnsafeRawBufferPointer(start: nil, count: 0)
    var attempt: UInt64 = 0
    var credit: UInt64 = 0
    var credential = UnsafeRawBufferPointer(start: nil, count: 0)
    var peer = UnsafeRawBufferPointer(start: nil, count: 0)
    var payload = UnsafeRawBufferPointer(start: nil, count: 0)

    enum Flag {
        static let safeToRepeat: UInt64 = 2
    }

    /// The numbers of the fields.
    enum Field {
        static let id: UInt64 = 1
        static let kind: UInt64 = 2
        static let method: UInt64 = 3
        static let timeout: UInt64 = 4
        static let status: UInt64 = 5
        static let flags: UInt64 = 6
        static let metadata: UInt64 = 7
        static let trace: UInt64 = 8
        static let requestID: UInt64 = 9
        static let attempt: UInt64 = 10
        static let credit: UInt64 = 11
        static let credential: UInt64 = 12
        static let peer: UInt64 = 13
        static let payload: UInt64 = 15
    }

    /// The size of the length before every envelope.
    static let headerBytes = 4
    /// The maximum size of a frame. So the first byte of plain traffic is always zero.
    static let largestBytes = 1 << 24 - 1
    static let maxMetadataEntries = 32
    static let maxMetadataBytes = 8 * 1024
    static let maxUnknownFields = 16
    static let traceBytes = 25

    init(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        var reader = WireReader(bytes)
        var unknownFields = 0
        var metadataBytes = 0
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch (tag >> 3, tag & 7) {
            case (Field.id, WireType.varint): id = try reader.varint()
            case (Field.kind, WireType.varint): kind = Kind(rawValue: Int32(truncatingIfNeeded: try reader.varint()))
            case (Field.method, WireType.bytes): method = try reader.bytes()
            case (Field.timeout, WireType.varint): timeoutMicroseconds = try reader.varint()
            case (Field.status, WireType.bytes):
                guard status == nil else { throw WireError("status is set twice") }
                status = try reader.bytes()
            case (Field.flags, WireType.varint): flags = try reader.varint()
            case (Field.metadata, WireType.bytes):
                let entry = try reader.bytes()
                metadataBytes += entry.count
                guard metadata.count < Self.maxMetadataEntries, metadataBytes <= Self.maxMetadataBytes else {
                    throw WireError(
                        "metadata has more than \(Self.maxMetadataEntries) entries or \(Self.maxMetadataBytes) bytes")
                }
                metadata.append(entry)
            case (Field.trace, WireType.bytes):
                trace = try reader.bytes()
                guard trace.isEmpty || trace.count == Self.traceBytes else {
                    throw WireError("trace has \(trace.count) bytes, not \(Self.traceBytes)")
                }
            case (Field.requestID, WireType.bytes):
                requestID = try reader.bytes()
                guard requestID.isEmpty || requestID.count == RequestID.byteCount else {
                    throw WireError("request_id has \(requestID.count) bytes, not \(RequestID.byteCount)")
                }
            case (Field.attempt, WireType.varint): attempt = try reader.varint()
            case (Field.credit, WireType.varint): credit = try reader.varint()
            case (Field.credential, WireType.bytes): credential = try reader.bytes()
            case (Field.peer, WireType.bytes): peer = try reader.bytes()
            case (Field.payload, WireType.bytes): payload = try reader.bytes()
            case (let field, let type):
                guard !Self.isKnown(field) else { throw WireError("field \(field) has wire type \(type)") }
                unknownFields += 1
                guard unknownFields <= Self.maxUnknownFields else {
                    throw WireError("more than \(Self.maxUnknownFields) unknown fields")
                }
                try reader.skip(type)
            }
        }
    }

    private static func isKnown(_ field: UInt64) -> Bool {
        (Field.id...Field.peer).contains(field) || field == Field.payload
    }

    /// The id at the start of an incomplete envelope. Nil if it does not start with an id.
    static func id(atStartOf bytes: UnsafeRawBufferPointer) -> UInt64? {
        var reader = WireReader(bytes)
        guard let tag = try? reader.tag(), tag == Field.id << 3 | WireType.varint else { return nil }
        return try? reader.varint()
    }

    /// The maximum number of bytes that `id(atStartOf:)` needs.
    static let idBytes = 11
}
