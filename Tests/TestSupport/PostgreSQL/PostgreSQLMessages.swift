/// Cuts one direction of a PostgreSQL connection into messages. Only a client sends a message without a type, its first one.
struct PostgreSQLMessages {
    /// A whole message: type, length and body.
    struct Message {
        /// Nil for the first message of a client.
        let type: UInt8?
        var bytes: [UInt8]

        /// The zero-terminated text that begins at `offset` of the body, and the offset after it.
        func text(at offset: Int) -> (text: String, next: Int) {
            let start = 5 + offset
            let end = bytes[start...].firstIndex(of: 0) ?? bytes.endIndex
            return (String(decoding: bytes[start..<end], as: UTF8.self), end - 5 + 1)
        }
    }

    private var hasType: Bool
    private var partial: [UInt8] = []

    init(fromClient: Bool) {
        hasType = !fromClient
    }

    mutating func next(_ more: some Sequence<UInt8>) -> [Message] {
        partial += more
        var messages: [Message] = []
        var start = 0
        while true {
            let head = hasType ? 1 : 0
            guard partial.count - start >= head + 4 else { break }
            let length = partial[(start + head)..<(start + head + 4)].reduce(0) { $0 << 8 | Int($1) }
            guard partial.count - start >= head + length else { break }
            messages.append(
                Message(
                    type: hasType ? partial[start] : nil, bytes: Array(partial[start..<(start + head + length)])))
            start += head + length
            hasType = true
        }
        partial.removeFirst(start)
        return messages
    }
}
