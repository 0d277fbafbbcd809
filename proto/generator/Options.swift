import CProtocPlugin
import Messages

/// The options of `options.proto` on a declaration. protobuf-c keeps them among the unknown fields.
///
/// A message that is set member by member arrives as several fields with one tag. Their bytes in a row are the message.
struct Options {
    private let fields: [UInt64: WireFields]

    init(_ base: ProtobufCMessage) {
        var fields: [UInt64: WireFields] = [:]
        for field in list(base.unknown_fields, Int(base.n_unknown_fields)) {
            let tag = UInt64(field.tag) << 3 | UInt64(field.wire_type.rawValue)
            fields[UInt64(field.tag), default: WireFields()].add(tag, list(field.data, field.len))
        }
        self.fields = fields
    }

    /// The numbers of `onsale.rpc.v1.CallerRole`.
    var callers: [Int] { fields[50001]?.numbers.map { Int($0) } ?? [] }
    var isAnsweredLater: Bool { flag(50002) }
    var code: Int { Int(fields[50021]?.numbers.last ?? 0) }
    var sentence: String { text(50022) }

    var rules: Field.Rules {
        Field.Rules(
            id: text(50011), isTime: flag(50012), isDuration: flag(50013),
            range: message(50014).map { message in
                Field.Rules.Range(
                    min: Int64(bitPattern: message.number(1)), max: Int64(bitPattern: message.number(2)),
                    zero: message.text(3))
            },
            text: message(50015).map { message in
                Field.Rules.Text(
                    min: Int(message.number(1)), max: Int(message.number(2)), kind: Int(message.number(3)))
            },
            isRequired: flag(50016), swiftName: text(50017))
    }

    private func flag(_ number: UInt64) -> Bool { fields[number]?.numbers.last == 1 }

    private func text(_ number: UInt64) -> String {
        String(decoding: fields[number]?.contents.last ?? [], as: UTF8.self)
    }

    private func message(_ number: UInt64) -> WireMessage? {
        fields[number].map { WireMessage($0.contents.flatMap { $0 }) }
    }
}

/// The values of one field on the wire.
struct WireFields {
    private(set) var contents: [[UInt8]] = []
    private var singles: [UInt64] = []

    /// `bytes` begin with the value that `tag` announces.
    mutating func add(_ tag: UInt64, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            if tag & 7 == WireType.bytes {
                if let content = try? reader.bytes() { contents.append(Array(content)) }
            } else if let number = try? reader.varint() {
                singles.append(number)
            }
        }
    }

    /// All numbers, alone or packed after a length.
    var numbers: [UInt64] {
        singles
            + contents.flatMap { content in
                content.withUnsafeBytes { bytes in
                    var reader = WireReader(bytes)
                    var numbers: [UInt64] = []
                    while !reader.isAtEnd, let number = try? reader.varint() { numbers.append(number) }
                    return numbers
                }
            }
    }
}

/// A message on the wire without a descriptor. The last value of a field counts.
struct WireMessage {
    private var fields: [UInt64: WireFields] = [:]

    init(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            var reader = WireReader(bytes)
            while !reader.isAtEnd, let tag = try? reader.tag() {
                let rest = Array(reader.rest)
                guard (try? reader.skip(tag & 7)) != nil else { return }
                fields[tag >> 3, default: WireFields()].add(tag, rest)
            }
        }
    }

    func number(_ field: UInt64) -> UInt64 { fields[field]?.numbers.last ?? 0 }

    func text(_ field: UInt64) -> String { String(decoding: fields[field]?.contents.last ?? [], as: UTF8.self) }
}
