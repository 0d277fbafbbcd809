import Glibc
import Messages

/// A growing buffer of contiguous bytes, for incomplete frames and unsent output.
struct ByteBuffer: ~Copyable {
    /// `removeAll` frees memory above this size.
    private static let keptBytes = 32 * 1024
    private static let firstBytes = 512

    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0
    /// True if something was appended since the last `releaseIfUnused`.
    private var isUsed = false

    deinit {
        if let base { BufferMemory.free(base, capacity) }
    }

    /// Valid until the buffer changes.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    mutating func append(_ more: UnsafeRawBufferPointer) {
        guard let start = more.baseAddress, more.count > 0 else { return }
        reserve(more.count)
        (base! + count).copyMemory(from: start, byteCount: more.count)
        count += more.count
    }

    mutating func removeAll() {
        count = 0
        if capacity > Self.keptBytes { release() }
    }

    mutating func keepLast(_ kept: Int) {
        guard let base, kept < count else { return }
        memmove(base, base + (count - kept), kept)
        count = kept
    }

    /// Frees the memory if nothing was appended since the last call.
    mutating func releaseIfUnused() {
        if !isUsed, count == 0 { release() }
        isUsed = false
    }

    mutating func release() {
        if let base { BufferMemory.free(base, capacity) }
        base = nil
        capacity = 0
        count = 0
    }

    /// Appends a frame of at most `size` bytes. `write` writes its envelope.
    @inline(__always)
    mutating func appendFrame(atMost size: Int, _ write: (inout WireWriter) -> Void) {
        reserve(Frame.headerBytes + size)
        let start = base! + count
        var writer = WireWriter(start + Frame.headerBytes)
        write(&writer)
        let written = writer.cursor - (start + Frame.headerBytes)
        assert(written <= size, "a frame is larger than announced")
        start.storeBytes(of: UInt32(written).bigEndian, as: UInt32.self)
        count += Frame.headerBytes + written
    }

    private mutating func reserve(_ size: Int) {
        isUsed = true
        guard count + size > capacity else { return }
        let larger = max(count + size, 2 * capacity, Self.firstBytes)
        base = base.map { BufferMemory.grow($0, capacity, to: larger, keeping: count) } ?? BufferMemory.allocate(larger)
        capacity = larger
    }
}
