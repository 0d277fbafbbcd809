import Glibc

/// Reads and writes files and standard streams as bytes.
enum Files {
    static func read(_ path: String) throws(SchemaProblem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { throw SchemaProblem(file: path, line: 1, reason: "cannot be opened") }
        defer { close(descriptor) }
        return readAll(descriptor)
    }

    static func readAll(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        let chunkSize = 64 << 10
        while true {
            let chunk = [UInt8](unsafeUninitializedCapacity: chunkSize) { buffer, count in
                count = max(0, Glibc.read(descriptor, buffer.baseAddress, chunkSize))
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) {
        let file = fdopen(descriptor, "w")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}
