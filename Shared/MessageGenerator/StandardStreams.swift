import Glibc

/// Standard input and output as bytes.
enum StandardStreams {
    static func readAll() -> [UInt8] {
        var bytes: [UInt8] = []
        let chunkSize = 64 << 10
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
                count = max(0, read(STDIN_FILENO, buffer.baseAddress, chunkSize))
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32 = STDOUT_FILENO) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    static func complain(_ text: String) {
        write(Array((text + "\n").utf8), to: STDERR_FILENO)
    }
}
