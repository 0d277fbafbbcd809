import CProtobufC
import Encoding
import Kernel
import Messages

/// Converts JSON to the bytes of a message according to its descriptor.
struct JSONToWire {
    private(set) var bytes: [UInt8] = []
    /// The path of the current field: `nesteds`, `[3]`, `name`.
    private var path: [String] = []

    mutating func message(_ value: JSONValue, as descriptor: MessageDescriptor) throws(JSONError) {
        guard case .object(let members) = value else { throw error("must be an object, is \(value.kind)") }
        var seen: Set<String> = []
        for member in members {
            let field = descriptor.fields.first { $0.jsonName == member.name || $0.protoName == member.name }
            guard let field else { throw unknownField(member.name, of: descriptor) }
            path.append(member.name)
            defer { path.removeLast() }
            guard seen.insert(field.protoName).inserted else { throw error("is given twice, in both spellings") }
            // A null counts as absent.
            if member.value == .null { continue }
            if field.isInOneof, !seen.insert("oneof at \(field.quantifier_offset)").inserted {
                throw error("excludes another field of its oneof that is also given; give one of them")
            }
            if field.isRepeated {
                try elements(member.value, of: field)
            } else {
                try content(member.value, of: field)
            }
        }
    }

    private mutating func elements(_ value: JSONValue, of field: ProtobufCFieldDescriptor) throws(JSONError) {
        guard case .array(let elements) = value else { throw error("must be an array, is \(value.kind)") }
        for (index, element) in elements.enumerated() {
            path.append("[\(index)]")
            defer { path.removeLast() }
            try content(element, of: field)
        }
    }

    /// Writes the tag of a field and one of its values.
    private mutating func content(_ value: JSONValue, of field: ProtobufCFieldDescriptor) throws(JSONError) {
        let id = UInt64(field.id) << 3
        switch field.type {
        case PROTOBUF_C_TYPE_STRING:
            guard case .string(let text) = value else { throw error("must be a string, is \(value.kind)") }
            guard !text.utf8.contains(0) else { throw error("contains a NUL character, which is not allowed in text") }
            block(id, Array(text.utf8))
        case PROTOBUF_C_TYPE_BYTES:
            guard case .string(let text) = value, let bytes = ID<Never>(text)?.bytes ?? Base64.bytes(of: text) else {
                throw error(
                    field.isNamedAsID ? "must be a UUID, in double quotes" : "must be bytes in Base64, in double quotes"
                )
            }
            block(id, bytes)
        case PROTOBUF_C_TYPE_MESSAGE:
            var inner = JSONToWire()
            inner.path = path
            try inner.message(value, as: field.message)
            block(id, inner.bytes)
        case PROTOBUF_C_TYPE_ENUM:
            varint(id, UInt64(bitPattern: Int64(try enumeration(value, of: field))))
        default: try scalar(value, of: field.type, id)
        }
    }

    /// Writes the tag of a field and a number or a truth value.
    private mutating func scalar(_ value: JSONValue, of type: ProtobufCType, _ id: UInt64) throws(JSONError) {
        switch type {
        case PROTOBUF_C_TYPE_INT32:
            varint(id, UInt64(bitPattern: Int64(try number(value, as: Int32.self))))
        case PROTOBUF_C_TYPE_INT64:
            varint(id, UInt64(bitPattern: try number(value, as: Int64.self)))
        case PROTOBUF_C_TYPE_UINT32:
            varint(id, UInt64(try number(value, as: UInt32.self)))
        case PROTOBUF_C_TYPE_UINT64:
            varint(id, try number(value, as: UInt64.self))
        case PROTOBUF_C_TYPE_SINT32:
            let number = try number(value, as: Int32.self)
            varint(id, UInt64(UInt32(bitPattern: number << 1 ^ number >> 31)))
        case PROTOBUF_C_TYPE_SINT64:
            let number = try number(value, as: Int64.self)
            varint(id, UInt64(bitPattern: number << 1 ^ number >> 63))
        case PROTOBUF_C_TYPE_FIXED32: fixed(id | WireType.fixed32, try number(value, as: UInt32.self))
        case PROTOBUF_C_TYPE_SFIXED32: fixed(id | WireType.fixed32, try number(value, as: Int32.self))
        case PROTOBUF_C_TYPE_FIXED64: fixed(id | WireType.fixed64, try number(value, as: UInt64.self))
        case PROTOBUF_C_TYPE_SFIXED64: fixed(id | WireType.fixed64, try number(value, as: Int64.self))
        case PROTOBUF_C_TYPE_FLOAT: fixed(id | WireType.fixed32, try fraction(value, as: Float.self).bitPattern)
        case PROTOBUF_C_TYPE_DOUBLE: fixed(id | WireType.fixed64, try fraction(value, as: Double.self).bitPattern)
        case PROTOBUF_C_TYPE_BOOL:
            guard case .bool(let flag) = value else { throw error("must be true or false, is \(value.kind)") }
            varint(id, flag ? 1 : 0)
        default: preconditionFailure("the type is neither a number nor a truth value")
        }
    }

    private mutating func varint(_ id: UInt64, _ number: UInt64) {
        bytes.append(atMost: WireWriter.maxFieldHeaderBytes + WireWriter.maxNumberBytes) { wire in
            wire.varint(id)
            wire.varint(number)
        }
    }

    private mutating func fixed(_ tag: UInt64, _ number: some FixedWidthInteger) {
        bytes.append(atMost: WireWriter.maxFieldHeaderBytes) { $0.varint(tag) }
        withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }

    private mutating func block(_ id: UInt64, _ content: [UInt8]) {
        varint(id | WireType.bytes, UInt64(content.count))
        bytes += content
    }
}

extension JSONToWire {
    private func number<Number: FixedWidthInteger>(
        _ value: JSONValue, as type: Number.Type
    ) throws(JSONError) -> Number {
        let text: String
        switch value {
        case .number(let digits), .string(let digits): text = digits
        default: throw error("must be a number, is \(value.kind)")
        }
        guard (try? JSONParser.parse(text)) == .number(text), let digits = Self.wholeDigits(text) else {
            throw error("must be a whole number, is \(text)")
        }
        guard let number = Number(digits) else {
            throw error("must be from \(Number.min) to \(Number.max), is \(text)")
        }
        return number
    }

    private func fraction<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ value: JSONValue, as type: Number.Type
    ) throws(JSONError) -> Number {
        switch value {
        case .string("NaN"): return .nan
        case .string("Infinity"): return .infinity
        case .string("-Infinity"): return -.infinity
        case .number(let text), .string(let text):
            guard (try? JSONParser.parse(text)) == .number(text), let number = Number(text) else {
                throw error("must be a number, NaN, Infinity or -Infinity, is \(text)")
            }
            guard number.isFinite else { throw error("\(text) is too large") }
            return number
        default: throw error("must be a number, is \(value.kind)")
        }
    }

    /// The digits of a number with a whole value, such as `12`, `1.2e1` or `12.0`, without point and exponent. Nil if it has
    /// a fraction or more digits than any field can store.
    private static func wholeDigits(_ number: String) -> String? {
        let isNegative = number.hasPrefix("-")
        let parts = number.drop { $0 == "-" }.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard let mantissa = parts.first, parts.count <= 2, let exponent = Int(parts.count == 2 ? parts[1] : "0") else {
            return nil
        }
        let halves = mantissa.split(separator: ".", omittingEmptySubsequences: false)
        var digits = halves.joined()[...].drop { $0 == "0" }
        if digits.isEmpty { return "0" }
        let fraction = halves.count == 2 ? halves[1].count : 0
        let longestNumber = 20
        let (zeros, overflow) = exponent.subtractingReportingOverflow(fraction)
        guard !overflow, zeros <= longestNumber else { return nil }
        if zeros >= 0 {
            digits += String(repeating: "0", count: zeros)
        } else {
            guard zeros >= -digits.count, digits.suffix(-zeros).allSatisfy({ $0 == "0" }) else { return nil }
            digits = digits.dropLast(-zeros)
        }
        return isNegative ? "-\(digits)" : String(digits)
    }

    private func enumeration(_ value: JSONValue, of field: ProtobufCFieldDescriptor) throws(JSONError) -> Int32 {
        guard case .string(let name) = value else { return try number(value, as: Int32.self) }
        if let value = field.enumValues.first(where: { String(cString: $0.name) == name }) { return value.value }
        let names = field.enumValues.map { String(cString: $0.name) }
        let hint = name.uppercased().nearest(among: names).map { "did you mean \($0)?" }
        throw error("\(name) is not known; \(hint ?? "there are \(names.joined(separator: ", "))")")
    }

    private func unknownField(_ name: String, of descriptor: MessageDescriptor) -> JSONError {
        let names = descriptor.fields.map(\.jsonName)
        let hint =
            name.nearest(among: names).map { "did you mean \($0)?" }
            ?? (names.isEmpty ? "it has no fields" : "there are \(names.joined(separator: ", "))")
        return JSONError(Self.text(of: path + [name]), "\(descriptor.name) has no such field; \(hint)")
    }

    private func error(_ problem: String) -> JSONError { JSONError(Self.text(of: path), problem) }

    private static func text(of path: [String]) -> String {
        path.reduce("") { $0.isEmpty || $1.hasPrefix("[") ? $0 + $1 : "\($0).\($1)" }
    }
}
