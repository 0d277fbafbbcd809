/// Prepared statements by the address of their text: a `StaticString` lives as long as the program, so the same address is
/// the same text. A table with open addressing; a dictionary's hashing takes longer than a look-up's own work.
struct StatementCache<Statement> {
    private var keys: [UInt] = Array(repeating: 0, count: 64)
    private var values: [Statement?] = Array(repeating: nil, count: 64)
    private var count = 0

    subscript(sql: StaticString) -> Statement? {
        let place = place(of: key(sql))
        return keys[place] == 0 ? nil : values[place]
    }

    mutating func insert(_ statement: Statement, for sql: StaticString) {
        if 2 * count >= keys.count { grow() }
        let place = place(of: key(sql))
        if keys[place] == 0 { count += 1 }
        keys[place] = key(sql)
        values[place] = statement
    }

    var all: [Statement] { values.compactMap(\.self) }

    private func key(_ sql: StaticString) -> UInt { UInt(bitPattern: sql.utf8Start) }

    /// Where the key is, or would be put.
    private func place(of key: UInt) -> Int {
        let mask = keys.count - 1
        var place = Int(truncatingIfNeeded: (key &* 0x9e37_79b9_7f4a_7c15) >> 32) & mask
        while keys[place] != 0 && keys[place] != key { place = (place + 1) & mask }
        return place
    }

    private mutating func grow() {
        let old = zip(keys, values).filter { $0.0 != 0 }
        keys = Array(repeating: 0, count: 2 * keys.count)
        values = Array(repeating: nil, count: keys.count)
        for (key, value) in old {
            let place = place(of: key)
            keys[place] = key
            values[place] = value
        }
    }
}
