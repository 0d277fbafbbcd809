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
    package init<Slot>(reading slots: UnsafeMutablePointer<Slot>?, count: Int, _ convert: (Slot) -> Element) {
        self = UnsafeBufferPointer(start: slots, count: count).map(convert)
    }
}

// Times. The checks of the contract have passed before.
extension Timestamp {
    /// Nil if the field is 0.
    @inlinable
    package init?(reading milliseconds: some FixedWidthInteger) {
        if milliseconds == 0 { return nil }
        self.init(checked: milliseconds)
    }

    @inlinable
    package init(checked milliseconds: some FixedWidthInteger) {
        self.init(milliseconds: Int64(clamping: milliseconds))
    }
}
