import CPostgreSQL
import Glibc
import Kernel

/// A statement as one connection has prepared it.
final class PostgreSQLStatement {
    let text: String
    let name: UnsafeMutablePointer<CChar>
    let types: [Oid]
    /// True if the server refused or skipped the preparation: it has to be prepared again.
    var isRefused = false

    init(_ text: String, named name: String, _ types: [Oid]) throws(DatabaseError) {
        let count = Self.parameterCount(of: text)
        guard types.count == count else {
            throw DatabaseError(.misuse, "«\(text)» takes \(count) parameters, not \(types.count)")
        }
        self.text = text
        self.name = strdup(name)
        self.types = types
    }

    deinit {
        free(name)
    }

    /// Returns the FNV-1a hash of the text and the types in 128 bits. It is the same in every program and version.
    static func name(of text: String, _ types: [Oid]) -> String {
        let types = types.flatMap { oid in (0..<4).map { UInt8(truncatingIfNeeded: oid >> (8 * $0)) } }
        func hash(_ basis: UInt64) -> String {
            var hash = basis
            for bytes in [AnySequence(text.utf8), AnySequence(types)] {
                for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            }
            return hash.hexadecimalDigits
        }
        return "onsale_" + hash(0xcbf2_9ce4_8422_2325) + hash(0x6c62_272e_07bb_0142)
    }

    /// Returns the highest `$n`, because the server accepts values that the text does not use.
    private static func parameterCount(of text: String) -> Int {
        text.utf8.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false).dropFirst().map { rest in
            rest.prefix(while: \.isDigit).reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }.max() ?? 0
    }
}
