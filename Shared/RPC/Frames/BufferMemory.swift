import CUV
import Glibc

/// The memory of a buffer whose size a peer decides.
///
/// Large blocks come from the system and go back to it at once. The heap would keep them after an attack: it returns memory
/// only from its end, and small blocks lie between.
enum BufferMemory {
    private static let leastMappedBytes = 16 * 1024
    private static let alignment = 16

    static func allocate(_ count: Int) -> UnsafeMutableRawPointer {
        guard count >= leastMappedBytes else { return .allocate(byteCount: count, alignment: alignment) }
        return checked(mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    }

    /// `count` is the size of the block.
    static func free(_ block: UnsafeMutableRawPointer, _ count: Int) {
        if count >= leastMappedBytes { munmap(block, count) } else { block.deallocate() }
    }

    /// Moves the first `used` bytes of a block into a larger one. The pages of a large block move without a copy.
    static func grow(
        _ block: UnsafeMutableRawPointer, _ count: Int, to larger: Int, keeping used: Int
    ) -> UnsafeMutableRawPointer {
        if count >= leastMappedBytes { return checked(onsale_remap(block, count, larger)) }
        let moved = allocate(larger)
        moved.copyMemory(from: block, byteCount: used)
        free(block, count)
        return moved
    }

    private static func checked(_ block: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer {
        guard let block, block != MAP_FAILED else {
            preconditionFailure("no memory is left for buffers")
        }
        return block
    }
}
