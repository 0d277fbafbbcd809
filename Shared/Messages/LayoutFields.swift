import CProtobufC
import Kernel

// Functions with which generated code reads fields. Absent text and bytes are empty.
extension String {
    package init(reading text: UnsafePointer<CChar>?) {
        self = text.map { String(cString: $0) } ?? ""
    }
}

extension [UInt8] {
    @inlinable
    package init(reading bytes: ProtobufCBinaryData) {
        self.init(UnsafeBufferPointer(start: bytes.data, count: bytes.len))
    }
}

extension Array {
    /// For numbers, whose C and Swift types are the same.
    @inlinable
    package init(reading numbers: UnsafeMutablePointer<Element>?, count: Int) where Element: BitwiseCopyable {
        self.init(UnsafeBufferPointer(start: numbers, count: count))
    }

    /// For all other types: converts each element to a Swift value.
    @inlinable
    package init<Slot, Failure>(
        reading slots: UnsafeMutablePointer<Slot>?, count: Int, _ convert: (Slot) throws(Failure) -> Element
    ) throws(Failure) {
        self = try UnsafeBufferPointer(start: slots, count: count).map(convert)
    }
}

// Messages inside. The path of an error begins with the name of the outer field.
extension Message {
    /// Nil if the field is not set.
    @inlinable
    package init?(reading fields: UnsafeMutablePointer<Layout>?, in field: StaticString) throws(MessageError) {
        guard let fields else { return nil }
        try self.init(required: fields, in: field)
    }

    @inlinable
    package init(required fields: UnsafeMutablePointer<Layout>?, in field: StaticString) throws(MessageError) {
        guard let fields else { throw FieldRule.refused(field, "must be set", got: "nothing") }
        do throws(MessageError) {
            try self.init(reading: UnsafePointer(fields))
        } catch {
            throw error.inside(field)
        }
    }
}

extension ID {
    /// Nil if the field is empty.
    @inlinable
    package init?(reading bytes: ProtobufCBinaryData, _ field: StaticString) throws(MessageError) {
        if bytes.len == 0 { return nil }
        try self.init(bytes, "must have 16 bytes or none", field)
    }

    @inlinable
    package init(required bytes: ProtobufCBinaryData, _ field: StaticString) throws(MessageError) {
        try self.init(bytes, "must have 16 bytes", field)
    }

    @inlinable
    init(_ bytes: ProtobufCBinaryData, _ rule: StaticString, _ field: StaticString) throws(MessageError) {
        guard let id = ID(bytes: UnsafeRawBufferPointer(start: bytes.data, count: bytes.len)) else {
            throw FieldRule.refused(field, "\(rule)", got: "\(bytes.len) bytes")
        }
        self = id
    }
}

extension Timestamp {
    /// Nil if the field is 0.
    @inlinable
    package init?(reading milliseconds: some FixedWidthInteger) {
        if milliseconds == 0 { return nil }
        self.init(required: milliseconds)
    }

    @inlinable
    package init(required milliseconds: some FixedWidthInteger) {
        self.init(milliseconds: Int64(clamping: milliseconds))
    }
}
