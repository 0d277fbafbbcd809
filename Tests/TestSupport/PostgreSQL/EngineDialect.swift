/// Turns one PostgreSQL connection into one to an engine that distributes tables over several servers, as Citus does:
///
/// - `insert … select … on conflict do nothing` is answered with the rows that were selected, not with those inserted;
/// - the statements of a transaction have no common snapshot.
struct DistributedDialect {
    private static let commonSnapshot = Array("isolation level repeatable read".utf8)
    // It has the length of the text that it replaces, so the length of the message stays.
    private static let snapshotEach = Array("isolation level read committed ".utf8)

    private enum Owed {
        case execution(isMiscounted: Bool)
        case synchronization
    }

    private var statements: [String: String] = [:]
    private var portals: [String: String] = [:]
    private var owed: [Owed] = []

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
            return message.bytes.replacing(Self.commonSnapshot, with: Self.snapshotEach)
        case UInt8(ascii: "B"): portals[message.text(at: 0).text] = statement(boundBy: message)
        case UInt8(ascii: "E"):
            let sql = portals[message.text(at: 0).text] ?? ""
            owed.append(.execution(isMiscounted: sql.hasPrefix("insert") && sql.contains("select")))
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
