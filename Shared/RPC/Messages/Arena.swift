import CProto

/// Memory for the C structs of messages: handed out by moving a cursor, given back all at once.
///
/// protobuf-c allocates from it when it unpacks, and messages lay themselves out in it before they are packed. The first
/// chunk stays for the life of the arena; what a large message needed beyond it is freed by `reset`. Past the cap there
/// is no memory, which protobuf-c and layouts both answer with an error.
///
/// An arena belongs to one thread. A pointer from it is good until the next `reset`.
///
/// `@usableFromInline` on the type is what lets its inlinable methods be inlined in other modules; `package` alone does
/// not, and a layout then takes six times as long.
@usableFromInline
package final class Arena {
    /// What one message, with everything in it, may take up while it is unpacked or packed.
    package static let defaultCap = 8 << 20
    package static let firstChunkSize = 64 << 10

    @usableFromInline
    struct State {
        @usableFromInline var allocator: ProtobufCAllocator
        @usableFromInline var cursor: UnsafeMutableRawPointer
        @usableFromInline var end: UnsafeMutableRawPointer
        let firstChunk: UnsafeMutableRawPointer
        /// The chunks after the first, each beginning with a pointer to the one before.
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

    /// Takes back everything that was handed out.
    package func reset() {
        while let chunk = state.pointee.lastChunk {
            state.pointee.lastChunk = chunk.load(as: UnsafeMutableRawPointer?.self)
            chunk.deallocate()
        }
        state.pointee.reserved = Arena.firstChunkSize
        state.pointee.cursor = state.pointee.firstChunk
        state.pointee.end = state.pointee.firstChunk + Arena.firstChunkSize
    }

    /// How much memory the arena holds now; never more than its cap.
    package var bytesReserved: Int { state.pointee.reserved }

    /// What protobuf-c is given to allocate with.
    @inlinable
    package var allocator: UnsafeMutablePointer<ProtobufCAllocator> {
        UnsafeMutableRawPointer(state).assumingMemoryBound(to: ProtobufCAllocator.self)
    }

    /// Nil when the cap is reached.
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

    /// Each chunk is at least as large as all before it, so that few are made.
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
