import CProtobufC
import Kernel

// Functions with which generated code lays out fields.
extension Arena {
    /// Validates and unpacks. The returned struct is valid until the arena is reset.
    @usableFromInline
    package func unpack(
        _ bytes: UnsafeRawBufferPointer, as descriptor: MessageDescriptor
    ) throws(MessageError) -> UnsafeRawPointer {
        try WireValidator.validate(bytes, as: descriptor)
        let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        guard let message = protobuf_c_message_unpack(descriptor.pointer, allocator, bytes.count, start) else {
            throw MessageError(descriptor.name, "takes more than \(state.pointee.cap) bytes of memory")
        }
        return UnsafeRawPointer(message)
    }

    /// Allocates a struct and sets its defaults with its `init` function.
    @inlinable
    package func make<Layout>(
        _ initialise: (UnsafeMutablePointer<Layout>?) -> Void
    ) throws(MessageError) -> UnsafeMutablePointer<Layout> {
        guard let memory = allocate(MemoryLayout<Layout>.size) else { throw exhausted("the message") }
        let fields = memory.assumingMemoryBound(to: Layout.self)
        initialise(fields)
        return fields
    }

    /// Copies text with a terminating NUL. Refuses text that contains a NUL.
    package func string(_ text: String, _ field: StaticString) throws(MessageError) -> UnsafeMutablePointer<CChar>? {
        var text = text
        let count = text.utf8.count
        guard let memory = allocate(count + 1) else { throw exhausted(field) }
        let copy = memory.assumingMemoryBound(to: UInt8.self)
        text.withUTF8 { copy.initialize(from: $0.baseAddress!, count: count) }
        guard WireValidator.isText(UnsafeRawBufferPointer(start: copy, count: count)) else {
            throw MessageError("\(field)", "contains a NUL character, which is not allowed in text; use bytes")
        }
        copy[count] = 0
        return memory.assumingMemoryBound(to: CChar.self)
    }

    package func bytes(_ bytes: [UInt8], _ field: StaticString) throws(MessageError) -> ProtobufCBinaryData {
        let copy = try array(bytes, field)
        return ProtobufCBinaryData(len: bytes.count, data: copy)
    }

    /// Nil is empty bytes.
    @inlinable
    package func id<Entity>(_ id: ID<Entity>?, _ field: StaticString) throws(MessageError) -> ProtobufCBinaryData {
        guard let id else { return ProtobufCBinaryData(len: 0, data: nil) }
        guard let memory = allocate(ID<Entity>.byteCount) else { throw exhausted(field) }
        id.write(to: memory)
        return ProtobufCBinaryData(len: ID<Entity>.byteCount, data: memory.assumingMemoryBound(to: UInt8.self))
    }

    /// For numbers, whose C and Swift types are the same.
    @inlinable
    package func array<Number: BitwiseCopyable>(
        _ numbers: [Number], _ field: StaticString
    ) throws(MessageError) -> UnsafeMutablePointer<Number>? {
        guard !numbers.isEmpty else { return nil }
        guard let memory = allocate(numbers.count * MemoryLayout<Number>.stride) else { throw exhausted(field) }
        numbers.withUnsafeBytes { memory.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        return memory.assumingMemoryBound(to: Number.self)
    }

    /// For all other types: converts each element to its C type.
    @inlinable
    package func array<Element, Slot>(
        _ elements: [Element], _ field: StaticString, _ convert: (Element) throws(MessageError) -> Slot
    ) throws(MessageError) -> UnsafeMutablePointer<Slot>? {
        guard !elements.isEmpty else { return nil }
        guard let memory = allocate(elements.count * MemoryLayout<Slot>.stride) else { throw exhausted(field) }
        let slots = memory.assumingMemoryBound(to: Slot.self)
        for (index, element) in elements.enumerated() {
            (slots + index).initialize(to: try convert(element))
        }
        return slots
    }

    @usableFromInline
    func exhausted(_ field: StaticString) -> MessageError {
        MessageError("\(field)", "takes more than \(state.pointee.cap) bytes of memory")
    }
}
