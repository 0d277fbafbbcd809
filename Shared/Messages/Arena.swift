import CProtobufC

/// A bump allocator for the C structs of messages, freed all at once.
///
/// protobuf-c unpacks into it, and messages are laid out in it before they are packed. The first chunk lives as long as
/// the arena; `reset` frees the others. Allocation fails above the cap, which protobuf-c and layouts report as an
/// error.
///
/// An arena belongs to one thread. Its pointers are valid until the next `reset`.
///
/// `@usableFromInline` on the type allows other modules to inline its methods. With `package` alone a layout takes six
/// times as long.
@usableFromInline
package final class Arena {
    /// Maximum memory of one message, with nested ones, while it is unpacked or packed.
    package static let defaultCap = 8 << 20
    package static let firstChunkSize = 64 << 10

    @usableFromInline
    struct State {
        @usableFromInline var allocator: ProtobufCAllocator
        @usableFromInline var cursor: UnsafeMutableRawPointer
        @usableFromInline var end: UnsafeMutableRawPointer
        let firstChunk: UnsafeMutableRawPointer
        /// The chunks after the first, as a linked list.
        var lastChunk: UnsafeMutableRawPointer?
        var reserved = Arena.firstChunkSize
        let cap: Int
    }

    @usableFromInline
    let state: UnsafeMutablePointer<State>

    package init(cap: Int = Arena.defaultCap) {
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: Arena.firstChunkSize, alignment: 16)
        state = .allocate(capacity: 1)
        state.initialize(
            to: State(
                allocator: ProtobufCAllocator(
                    alloc: { state, size in Arena.allocate(size, from: state!.assumingMemoryBound(to: State.self)) },
                    free: { _, _ in },
                    allocator_data: UnsafeMutableRawPointer(state)),
                cursor: chunk, end: chunk + Arena.firstChunkSize, firstChunk: chunk,
                cap: max(cap, Arena.firstChunkSize)))
    }

    deinit {
        reset()
        state.pointee.firstChunk.deallocate()
        state.deallocate()
    }

    /// Frees all allocations.
    package func reset() {
        while let chunk = state.pointee.lastChunk {
            state.pointee.lastChunk = chunk.load(as: UnsafeMutableRawPointer?.self)
            chunk.deallocate()
        }
        state.pointee.reserved = Arena.firstChunkSize
        state.pointee.cursor = state.pointee.firstChunk
        state.pointee.end = state.pointee.firstChunk + Arena.firstChunkSize
    }

    /// The current memory of the arena, at most its cap.
    package var bytesReserved: Int { state.pointee.reserved }

    /// The allocator for protobuf-c.
    @inlinable
    package var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
        UnsafeMutableRawPointer(state).assumingMemoryBound(to: ProtobufCAllocator.self)
    }

    /// Nil if the cap is reached.
    @inlinable
    package func allocate(_ size: Int) -> UnsafeMutableRawPointer? {
        Arena.allocate(size, from: state)
    }

    @inlinable
    static func allocate(_ size: Int, from state: UnsafeMutablePointer<State>) -> UnsafeMutableRawPointer? {
        let cursor = state.pointee.cursor
        guard size >= 0, size <= state.pointee.end - cursor - 7 else { return allocateChunk(for: size, of: state) }
        state.pointee.cursor = cursor + (size + 7) & ~7
        return cursor
    }

    /// Each chunk is at least as large as all previous ones together, so that there are few.
    @usableFromInline
    static func allocateChunk(for size: Int, of state: UnsafeMutablePointer<State>) -> UnsafeMutableRawPointer? {
        let header = MemoryLayout<UnsafeMutableRawPointer>.stride
        let available = state.pointee.cap - state.pointee.reserved
        guard size >= 0, size <= available - header - 8 else { return nil }
        let chunkSize = min(available, max(state.pointee.reserved, (size + header + 15) & ~7))
        let chunk = UnsafeMutableRawPointer.allocate(byteCount: chunkSize, alignment: 16)
        chunk.storeBytes(of: state.pointee.lastChunk, as: UnsafeMutableRawPointer?.self)
        state.pointee.lastChunk = chunk
        state.pointee.reserved += chunkSize
        state.pointee.cursor = chunk + header
        state.pointee.end = chunk + chunkSize
        return allocate(size, from: state)
    }
}
