/// Turns one PostgreSQL connection into one to an engine that behaves differently.
struct EngineDialect {
    enum Kind {
        /// As Citus, which distributes tables over several servers:
        ///
        /// - `insert … select … on conflict do nothing` is answered with the rows that were selected, not with those inserted;
        /// - the statements of a transaction have no common snapshot.
        case distributed
        /// Every transaction is serializable, whatever level the program asks for.
        case serializable

        /// The levels that the engine replaces. Each has the length of its replacement, so the length of the message stays.
        fileprivate var levels: [([UInt8], [UInt8])] {
            func level(_ name: String) -> [UInt8] { Array("isolation level \(name)".utf8) }
            return switch self {
            case .distributed: [(level("repeatable read"), level("read committed "))]
            case .serializable:
                [
                    (level("read committed"), level("serializable  ")),
                    (level("repeatable read"), level("serializable   ")),
                ]
            }
        }
    }

    private enum Owed {
        case execution(isMiscounted: Bool)
        case synchronization
    }

    private let kind: Kind
    private var statements: [String: String] = [:]
    private var portals: [String: String] = [:]
    private var owed: [Owed] = []

    init(_ kind: Kind) {
        self.kind = kind
    }

    /// The statement that a message of the client executes. Nil for every other message.
    func statement(boundBy message: PostgreSQLMessages.Message) -> String? {
        guard message.type == UInt8(ascii: "B") else { return nil }
        return statements[message.text(at: message.text(at: 0).next).text]
    }

    /// The message as the server receives it.
    mutating func changed(fromClient message: PostgreSQLMessages.Message) -> [UInt8] {
        switch message.type {
        case UInt8(ascii: "P"):
            let (name, next) = message.text(at: 0)
            statements[name] = message.text(at: next).text.lowercased()
            return kind.levels.reduce(message.bytes) { bytes, level in bytes.replacing(level.0, with: level.1) }
        case UInt8(ascii: "B"): portals[message.text(at: 0).text] = statement(boundBy: message)
        case UInt8(ascii: "E"):
            let sql = portals[message.text(at: 0).text] ?? ""
            let isMiscounted = kind == .distributed && sql.hasPrefix("insert") && sql.contains("select")
            owed.append(.execution(isMiscounted: isMiscounted))
        case UInt8(ascii: "S"), UInt8(ascii: "Q"): owed.append(.synchronization)
        default: break
        }
        return message.bytes
    }

    /// The message as the client receives it.
    mutating func changed(fromServer message: PostgreSQLMessages.Message) -> [UInt8] {
        switch message.type {
        case UInt8(ascii: "C"), UInt8(ascii: "I"), UInt8(ascii: "s"):
            guard case .execution(let isMiscounted) = owed.first else { return message.bytes }
            owed.removeFirst()
            guard isMiscounted, message.text(at: 0).text == "INSERT 0 0" else { return message.bytes }
            var bytes = message.bytes
            bytes[bytes.count - 2] = UInt8(ascii: "1")
            return bytes
        case UInt8(ascii: "Z"):
            // After an error the server skips all messages before the synchronization.
            while let first = owed.first {
                owed.removeFirst()
                if case .synchronization = first { break }
            }
            return message.bytes
        default: return message.bytes
        }
    }
}
