import Encoding
import Files
import Identity
import Kernel
import LineLog
import Threads

/// The last checkpoint of each line, in a file outside the database. A database that was restored, or lost rows in a
/// failover, contradicts it. Nothing is signed for such a line.
final class LineWitness: Sendable {
    /// Maximum of lines in the file. The line that was signed least recently leaves first.
    private static let maximumLines = 1000

    struct Record: Sendable {
        let room: RoomID
        let size: Int
        let root: SHA256Hash
    }

    private let path: String
    private let records: Lock<[Record]>

    /// Reads the file. Throws if it is damaged, because then it proves nothing.
    init(_ path: String) throws {
        self.path = path
        let lines = try TextFile.read(path, isSecret: false)?.split(separator: "\n") ?? []
        records = Lock(
            try lines.map { line in
                let words = line.split(separator: " ").map(String.init)
                guard words.count == 3, let room = RoomID(words[0]), let size = Int(words[1]),
                    let root = Base64.bytes(of: words[2]).flatMap({ SHA256Hash(bytes: $0) })
                else { throw WitnessError.damaged(path) }
                return Record(room: room, size: size, root: root)
            })
    }

    func record(of room: RoomID) -> Record? { records.withLock { $0.last { $0.room == room } } }

    /// Stores a checkpoint before callers receive it. The file survives a power failure after this returns.
    func store(_ checkpoint: LineCheckpoint) throws {
        let room = checkpoint.origin.room
        guard record(of: room).map({ $0.size < checkpoint.size }) ?? true else { return }
        var next = records.withLock { $0 }
        next.removeAll { $0.room == room }
        next.append(Record(room: room, size: checkpoint.size, root: checkpoint.root))
        next.removeFirst(max(0, next.count - Self.maximumLines))
        let text = next.map { "\($0.room) \($0.size) \(Base64.text(of: $0.root.bytes))\n" }.joined()
        do throws(SystemError) { try AtomicFile.write(text, to: path) } catch {
            throw WitnessError.unwritable(path, "\(error)")
        }
        // Only now, because the next run must repeat a failed write. Only the job stores, so no other write comes between.
        records.withLock { [next] in $0 = next }
    }
}

enum WitnessError: Error, CustomStringConvertible {
    case damaged(String)
    case unwritable(String, String)

    var description: String {
        switch self {
        case .damaged(let path):
            "\(path) is no file of checkpoints: move it away to start without it, or name another file with --line-witness"
        case .unwritable(let path, let reason): "cannot write \(path), the file of --line-witness: \(reason)"
        }
    }
}
