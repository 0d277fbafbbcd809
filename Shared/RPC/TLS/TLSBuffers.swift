import COpenSSL

/// The bytes between the TLS library and the network. All connections of a loop share them, because the library uses
/// them only during a call.
///
/// Invariant: after each call of the library, its caller sends the output before it does anything else. Otherwise the
/// next connection would send it.
final class TLSBuffers {
    /// The library may complete a record of which it has received all but the last byte.
    private static let largestRecordBytes = 17 * 1024

    /// The received bytes that the library has not taken yet.
    private var input = UnsafeRawBufferPointer(start: nil, count: 0)
    private var output = ByteBuffer()
    private var plain = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    private var messageCount = 0
    /// True if the peer has sent too many messages that are not data. The library then gets no more input.
    private(set) var isFlooded = false
    /// Both ends of a connection's library: it reads `input` and writes `output`.
    let bio: OpaquePointer

    init() {
        guard let bio = BIO_new(Self.method) else { preconditionFailure("the TLS library has no memory") }
        self.bio = bio
        BIO_set_init(bio, 1)
        BIO_set_data(bio, Unmanaged.passUnretained(self).toOpaque())
    }

    deinit {
        BIO_set_data(bio, nil)
        BIO_free(bio)
        plain.deallocate()
    }

    /// Runs `body` while the library can read `bytes`.
    func withInput<Result>(_ bytes: UnsafeRawBufferPointer, _ body: () -> Result) -> Result {
        input = bytes
        messageCount = 0
        isFlooded = false
        return body()
    }

    /// True if the library has no input left. It takes whole records, so it keeps no data then.
    var isInputTaken: Bool { input.count == 0 }

    /// Returns the input that the library has not taken.
    func takeRest() -> UnsafeRawBufferPointer {
        defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
        return input
    }

    /// Sends what the library has written.
    func sendOutput(to transport: any Transport) {
        guard output.count > 0 else { return }
        transport.send(output.bytes)
        output.removeAll()
    }

    /// Memory for all data in `count` received bytes. Valid until the next call.
    func memory(for count: Int) -> UnsafeMutableRawBufferPointer {
        let needed = count + Self.largestRecordBytes
        if plain.count < needed {
            plain.deallocate()
            plain = .allocate(byteCount: needed, alignment: 16)
        }
        return plain
    }

    func countMessage(limit: Int) {
        messageCount += 1
        if messageCount > limit { isFlooded = true }
    }

    // MARK: The library's side

    static func of(_ connection: OpaquePointer) -> TLSBuffers? { of(bio: SSL_get_rbio(connection)) }

    private static func of(bio: OpaquePointer?) -> TLSBuffers? {
        BIO_get_data(bio).map { Unmanaged<TLSBuffers>.fromOpaque($0).takeUnretainedValue() }
    }

    // Sound because it never changes after its first use.
    nonisolated(unsafe) private static let method: OpaquePointer = {
        guard let method = BIO_meth_new(BIO_get_new_index() | Int32(BIO_TYPE_SOURCE_SINK), "onsale") else {
            preconditionFailure("the TLS library has no memory")
        }
        BIO_meth_set_read_ex(method) { bio, target, count, done in
            guard let buffers = TLSBuffers.of(bio: bio), let target, let done else { return 0 }
            return buffers.read(into: UnsafeMutableRawBufferPointer(start: target, count: count), done)
        }
        BIO_meth_set_write_ex(method) { bio, bytes, count, done in
            guard let buffers = TLSBuffers.of(bio: bio), let done else { return 0 }
            buffers.output.append(UnsafeRawBufferPointer(start: bytes, count: count))
            done.pointee = count
            return 1
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in command == BIO_CTRL_FLUSH ? 1 : 0 }
        return method
    }()

    private func read(into target: UnsafeMutableRawBufferPointer, _ done: UnsafeMutablePointer<Int>) -> Int32 {
        onsale_bio_wants_nothing(bio)
        let count = isFlooded ? 0 : min(target.count, input.count)
        done.pointee = count
        guard count > 0 else {
            onsale_bio_wants_more(bio)
            return -1
        }
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[..<count]))
        input = UnsafeRawBufferPointer(rebasing: input[count...])
        return 1
    }
}
