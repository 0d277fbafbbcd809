/// Prepared statements by the address of their text. A `StaticString` lives as long as the program, so the same address
/// means the same text. The hash table uses open addressing, because a dictionary's hashing takes longer than the rest
/// of a read.
struct StatementCache<Statement> {
    private var keys: [UInt] = Array(repeating: 0, count: 64)
    private var values: [Statement?] = Array(repeating: nil, count: 64)
    private var count = 0

    subscript(sql: StaticString) -> Statement? {
        let index = index(of: key(sql))
        return keys[index] == 0 ? nil : values[index]
    }

    mutating func insert(_ statement: Statement, for sql: StaticString) {
        if 2 * count >= keys.count { grow() }
        let index = index(of: key(sql))
        if keys[index] == 0 { count += 1 }
        keys[index] = key(sql)
        values[index] = statement
    }

    var all: [Statement] { values.compactMap(\.self) }

    private func key(_ sql: StaticString) -> UInt { UInt(bitPattern: sql.utf8Start) }

    /// Returns the index of the key, or of the free place for it.
    private func index(of key: UInt) -> Int {
        let mask = keys.count - 1
        var index = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
        while keys[index] != 0 && keys[index] != key { index = (index + 1) & mask }
        return index
    }

    private mutating func grow() {
        let old = zip(keys, values).filter { $0.0 != 0 }
        keys = Array(repeating: 0, count: 2 * keys.count)
        values = Array(repeating: nil, count: keys.count)
        for (key, value) in old {
            let index = index(of: key)
            keys[index] = key
            values[index] = value
        }
    }
}
