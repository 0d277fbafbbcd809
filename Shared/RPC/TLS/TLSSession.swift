import COpenSSL
import Kernel

/// The state of TLS on one connection. It never touches the network: it reads and writes the buffers of its loop.
final class TLSSession {
    enum Progress {
        case needsMore
        case established
        case failed(String)
    }

    /// The state after some bytes.
    enum State: Equatable {
        case open
        /// The peer has ended its data on purpose.
        case ended
        case broken(String)
    }

    /// With more records between two calls of `adaptBuffers`, the library keeps its buffers.
    private static let recordsOfBusy = 64

    private let connection: OpaquePointer
    private let buffers: TLSBuffers
    private let bytesPerKey: Int
    private var bytesOfKey = 0
    /// The records since the last call of `adaptBuffers`.
    private var recordCount = 0

    /// `host` is the name or the IP address of the server, which its certificate must contain. Nil on a server.
    init(_ context: TLSContext, _ buffers: TLSBuffers, host: String?) {
        guard let connection = SSL_new(context.pointer) else { preconditionFailure("the TLS library has no memory") }
        self.connection = connection
        self.buffers = buffers
        bytesPerKey = context.bytesPerKey
        BIO_up_ref(buffers.bio)
        SSL_set_bio(connection, buffers.bio, buffers.bio)
        guard let host else {
            SSL_set_accept_state(connection)
            return
        }
        SSL_set_connect_state(connection)
        if IPAddress(host) != nil {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), host)
        } else {
            SSL_set1_host(connection, host)
            _ = onsale_tls_set_server_name(connection, host)
        }
    }

    deinit {
        SSL_free(connection)
    }

    /// One step of the handshake. Returns the bytes that belong to the time after it.
    func handshake(_ bytes: UnsafeRawBufferPointer) -> (Progress, rest: UnsafeRawBufferPointer) {
        buffers.withInput(bytes) {
            TLSReason.forget()
            let result = SSL_do_handshake(connection)
            let error = SSL_get_error(connection, result)
            let rest = buffers.takeRest()
            if result == 1 {
                return ApplicationProtocol.isAgreed(on: connection)
                    ? (.established, rest)
                    : (.failed("the other side does not speak \(ApplicationProtocol.name)"), rest)
            }
            return (error == SSL_ERROR_WANT_READ ? .needsMore : .failed(TLSReason.ofHandshake(connection)), rest)
        }
    }

    /// Decrypts all of `bytes`. The data is valid until the next call on this loop.
    func read(_ bytes: UnsafeRawBufferPointer) -> (data: UnsafeRawBufferPointer, records: Int, State) {
        let memory = buffers.memory(for: bytes.count)
        var (count, records) = (0, 0)
        let state = buffers.withInput(bytes) {
            TLSReason.forget()
            while true {
                var more = 0
                let result = SSL_read_ex(connection, memory.baseAddress! + count, memory.count - count, &more)
                if result != 1 { return stateAfterReading() }
                count += more
                records += 1
                // Without input, the library would find that out in half the time of a record.
                if buffers.isInputTaken { return stateWithoutInput }
            }
        }
        recordCount += records
        return (UnsafeRawBufferPointer(rebasing: memory[..<count]), records, state)
    }

    private var stateWithoutInput: State {
        buffers.isFlooded ? .broken("the peer replaces its keys too often") : .open
    }

    private func stateAfterReading() -> State {
        let error = SSL_get_error(connection, 0)
        _ = buffers.takeRest()
        switch error {
        case SSL_ERROR_WANT_READ: return stateWithoutInput
        case SSL_ERROR_ZERO_RETURN: return .ended
        default: return .broken(TLSReason.ofData())
        }
    }

    /// Encrypts `bytes`. Returns false if the connection is broken.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var written = 0
        TLSReason.forget()
        recordCount += 1
        bytesOfKey += bytes.count
        if bytesOfKey > bytesPerKey {
            bytesOfKey = bytes.count
            SSL_key_update(connection, SSL_KEY_UPDATE_NOT_REQUESTED)
        }
        return SSL_write_ex(connection, bytes.baseAddress, bytes.count, &written) == 1
    }

    /// Lets the library keep its buffers of 33 KiB if the connection is busy. Otherwise it allocates and frees them for each
    /// record, which is a third of the time of a small record. After a busy time, the next record frees them, such as a PING.
    func adaptBuffers() {
        onsale_tls_keep_buffers(connection, recordCount > Self.recordsOfBusy)
        recordCount = 0
    }

    /// Tells the peer that no more data follows.
    func end() {
        TLSReason.forget()
        SSL_shutdown(connection)
        TLSReason.forget()
    }

    /// The URIs in the peer's certificate. Empty if it has none.
    var peerURIs: [String] { X509Certificate(ofPeer: connection)?.uris ?? [] }
}

/// The reason of a failure in the TLS library, for people.
enum TLSReason {
    /// Empties the library's list of errors, so that the next failure does not report an old one. The list is almost always
    /// empty, and the library would still clear its sixteen entries.
    static func forget() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }

    /// Reads and empties the library's list of errors.
    static func ofLibrary() -> String {
        let error = ERR_peek_error()
        defer { forget() }
        return ERR_reason_error_string(error).map { String(cString: $0) } ?? "unknown error"
    }

    /// A peer that refuses our certificate says so in its first data.
    static func ofData() -> String {
        let isAlert = onsale_err_reason(ERR_peek_error()) > SSL_AD_REASON_OFFSET
        return (isAlert ? "the peer refuses the connection: " : "the encrypted data is damaged: ") + ofLibrary()
    }

    static func ofHandshake(_ connection: OpaquePointer) -> String {
        let problem = SSL_get_verify_result(connection)
        guard problem != X509_V_OK else {
            let isOfProtocol = ApplicationProtocol.refusals.contains(onsale_err_reason(ERR_peek_error()))
            let reason = ofLibrary()
            return isOfProtocol ? "it does not name the protocol \(ApplicationProtocol.name) (ALPN)" : reason
        }
        forget()
        return ofCertificate(Int32(problem))
    }

    private static func ofCertificate(_ problem: Int32) -> String {
        switch problem {
        case X509_V_ERR_CERT_HAS_EXPIRED: "its certificate has expired"
        case X509_V_ERR_CERT_NOT_YET_VALID:
            "its certificate is not valid yet: compare the clocks of both machines"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            "its certificate is for other names: connect to one of its names, or start it with --tls-hosts"
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            "its certificate is from an authority that this program does not trust"
        default:
            "its certificate is not accepted: \(String(cString: X509_verify_cert_error_string(Int(problem))))"
        }
    }
}
