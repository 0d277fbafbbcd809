import COpenSSL
import Kernel
import RPC
import TestSupport

/// A client of the TLS library that sends what ours never sends. It shares no code with ours.
final class ForeignClient: TransportReceiver, @unchecked Sendable {
    // Sound because only the simulation's one thread uses it.

    let connection: OpaquePointer
    private let context: OpaquePointer
    private let input = BIO_new(BIO_s_mem())
    private let output = BIO_new(BIO_s_mem())
    private var transport: (any Transport)?
    private(set) var isEstablished = false
    private(set) var isClosed = false
    /// True after the server's close_notify.
    private(set) var hasEnded = false
    private(set) var received: [UInt8] = []
    /// The number of new keys of the server.
    private(set) var keyUpdateCount = 0

    /// Trusts any server. `prepare` changes the connection before its handshake.
    init(
        _ world: TLSWorld, at address: Address? = nil, protocols: [UInt8] = Array("\u{8}onsale/1".utf8),
        prepare: (OpaquePointer) -> Void = { _ in }
    ) {
        context = SSL_CTX_new(TLS_client_method())
        connection = SSL_new(context)
        SSL_set_bio(connection, input, output)
        SSL_set_connect_state(connection)
        if !protocols.isEmpty { SSL_set_alpn_protos(connection, protocols, UInt32(protocols.count)) }
        SSL_set_msg_callback(connection) { isOurs, _, type, bytes, count, _, client in
            guard isOurs == 0, type == SSL3_RT_HANDSHAKE, count > 0, let bytes, let client,
                bytes.load(as: UInt8.self) == UInt8(SSL3_MT_KEY_UPDATE)
            else { return }
            Unmanaged<ForeignClient>.fromOpaque(client).takeUnretainedValue().keyUpdateCount += 1
        }
        SSL_ctrl(connection, SSL_CTRL_SET_MSG_CALLBACK_ARG, 0, Unmanaged.passUnretained(self).toOpaque())
        prepare(connection)
        let loop = world.simulation.loops.all[0]
        world.simulation.network.connect(to: address ?? world.address, on: loop, within: .seconds(1)) { [self] result in
            guard case .success(let transport) = result else { return }
            self.transport = transport
            transport.receiver = self
            transport.isReading = true
            work()
        }
        world.simulation.run(for: .milliseconds(100))
    }

    deinit {
        SSL_free(connection)
        SSL_CTX_free(context)
    }

    func didReceive(_ bytes: UnsafeRawBufferPointer) {
        BIO_write(input, bytes.baseAddress, Int32(bytes.count))
        work()
    }

    func didSend() {}

    func didClose(_ problem: String?) {
        isClosed = true
        transport = nil
    }

    private func work() {
        ERR_clear_error()
        isEstablished = isEstablished || SSL_do_handshake(connection) == 1
        var buffer = [UInt8](repeating: 0, count: 20_000)
        while isEstablished {
            let count = SSL_read(connection, &buffer, Int32(buffer.count))
            if count <= 0 {
                hasEnded = hasEnded || SSL_get_error(connection, count) == SSL_ERROR_ZERO_RETURN
                break
            }
            received += buffer.prefix(Int(count))
        }
        flush()
    }

    /// Sends what the library has written.
    func flush() {
        var buffer = [UInt8](repeating: 0, count: 200_000)
        let count = BIO_read(output, &buffer, Int32(buffer.count))
        if count > 0 { buffer.prefix(Int(count)).withUnsafeBytes { transport?.send($0) } }
    }

    func send(_ bytes: [UInt8]) {
        SSL_write(connection, bytes, Int32(bytes.count))
        flush()
    }

    /// Closes without telling the TLS of the other side.
    func cut() { transport?.close() }
}
