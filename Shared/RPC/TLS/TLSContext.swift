import COpenSSL
import Kernel

/// What one side of connections needs: its certificate, the authorities that it trusts, and the rules of TLS.
///
/// TLS 1.3 only, without tickets and early data. Both sides must agree on the protocol `onsale/1`.
package final class TLSContext: @unchecked Sendable {
    // Sound because the library protects a context that does not change.

    package enum Side: Sendable {
        /// Asks clients for a certificate, and accepts clients that have none.
        case server
        /// Checks the certificate and the name of the server.
        case client
    }

    private static let ciphers = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384"
    private static let groups = "X25519:P-256"
    /// Maximum size of the certificates that a peer sends.
    private static let longestChainBytes = 16 * 1024
    fileprivate static let chainLength: Int32 = 4

    let pointer: OpaquePointer
    let side: Side
    /// The data that a connection encrypts with one key. AES-GCM is safe for 24 million full records, which are 400 GB
    /// (RFC 8446, section 5.5).
    let bytesPerKey: Int
    /// The end of the validity of the own certificate.
    package private(set) var expiry: Timestamp?

    /// Throws if a text cannot be used. `now` must be within the validity of the certificate.
    package init(
        _ side: Side, certificate: TLSCertificate?, trusting authorities: TLSAuthorities, now: Timestamp,
        bytesPerKey: Int = 1 << 37
    ) throws(TLSError) {
        guard let pointer = SSL_CTX_new(TLS_method()) else { throw TLSError("the TLS library cannot start") }
        self.pointer = pointer
        self.side = side
        self.bytesPerKey = bytesPerKey
        onsale_tls_harden(pointer)
        onsale_tls_set_longest_chain(pointer, Self.longestChainBytes)
        SSL_CTX_set_verify_depth(pointer, Self.chainLength)
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        guard SSL_CTX_set_ciphersuites(pointer, Self.ciphers) == 1, onsale_tls_set_groups(pointer, Self.groups) == 1
        else { throw TLSError("the TLS library lacks the ciphers \(Self.ciphers) or the groups \(Self.groups)") }
        try trust(authorities)
        if let certificate { try use(certificate, now: now) }
        ApplicationProtocol.require(in: pointer, side)
        TLSFloods.watch(pointer)
    }

    deinit {
        SSL_CTX_free(pointer)
    }

    private func trust(_ authorities: TLSAuthorities) throws(TLSError) {
        guard case .these(let text) = authorities else {
            SSL_CTX_set_default_verify_paths(pointer)
            return
        }
        let store = SSL_CTX_get_cert_store(pointer)
        for certificate in try X509Certificate.all(in: text) { X509_STORE_add_cert(store, certificate.pointer) }
    }

    private func use(_ certificate: TLSCertificate, now: Timestamp) throws(TLSError) {
        let chain = try X509Certificate.all(in: certificate.chain)
        let validity = chain[0].validity
        guard now <= validity.upperBound else {
            throw TLSError("the certificate expired at \(validity.upperBound): replace it")
        }
        guard validity.lowerBound <= now else {
            throw TLSError(
                "the certificate is not valid before \(validity.lowerBound): check the clock of this machine")
        }
        guard SSL_CTX_use_certificate(pointer, chain[0].pointer) == 1,
            chain.dropFirst().allSatisfy({ onsale_tls_add_to_chain(pointer, $0.pointer) == 1 })
        else { throw TLSError("the certificate cannot be used: \(TLSReason.ofLibrary())") }
        let memory = PEMText.memory(of: certificate.key)
        defer { BIO_free(memory) }
        // Without the callback, the library would ask for the password of an encrypted key at the terminal.
        guard let key = PEM_read_bio_PrivateKey(memory, nil, { _, _, _, _ in -1 }, nil) else {
            ERR_clear_error()
            throw TLSError("the key cannot be read: it needs a line -----BEGIN PRIVATE KEY-----, without a password")
        }
        defer { EVP_PKEY_free(key) }
        guard SSL_CTX_use_PrivateKey(pointer, key) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            ERR_clear_error()
            throw TLSError("the key does not belong to the certificate: pass the key that was made with it")
        }
        expiry = validity.upperBound
    }
}

/// The name of our protocol in the handshake (ALPN). A peer that does not name it is refused.
enum ApplicationProtocol {
    static let name: StaticString = "onsale/1"
    /// The reasons of the library after a client that does not name it.
    static let refusals = [SSL_R_CALLBACK_FAILED, SSL_R_NO_APPLICATION_PROTOCOL]

    /// The name after its length, as TLS lists names.
    private static let list: [UInt8] =
        [UInt8(name.utf8CodeUnitCount)] + UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)

    static func require(in context: OpaquePointer, _ side: TLSContext.Side) {
        guard case .server = side else {
            SSL_CTX_set_alpn_protos(context, list, UInt32(list.count))
            return
        }
        SSL_CTX_set_alpn_select_cb(
            context,
            { _, chosen, count, offered, offeredCount, _ in
                guard let offered,
                    ApplicationProtocol.isOffered(UnsafeBufferPointer(start: offered, count: Int(offeredCount)))
                else {
                    return SSL_TLSEXT_ERR_ALERT_FATAL
                }
                chosen!.pointee = ApplicationProtocol.name.utf8Start
                count!.pointee = UInt8(ApplicationProtocol.name.utf8CodeUnitCount)
                return SSL_TLSEXT_ERR_OK
            }, nil)
        // The callback above does not run for a client that offers nothing.
        SSL_CTX_set_client_hello_cb(
            context,
            { connection, alert, _ in
                var (bytes, count) = (UnsafePointer<UInt8>?.none, 0)
                let alpn = UInt32(TLSEXT_TYPE_application_layer_protocol_negotiation)
                if SSL_client_hello_get0_ext(connection, alpn, &bytes, &count) == 1 {
                    return SSL_CLIENT_HELLO_SUCCESS
                }
                alert!.pointee = SSL_AD_NO_APPLICATION_PROTOCOL
                return SSL_CLIENT_HELLO_ERROR
            }, nil)
    }

    private static func isOffered(_ offered: UnsafeBufferPointer<UInt8>) -> Bool {
        var rest = offered[...]
        while let count = rest.first, rest.count > count {
            if rest.prefix(1 + Int(count)).elementsEqual(list) { return true }
            rest = rest.dropFirst(1 + Int(count))
        }
        return false
    }

    /// True if both sides have agreed on our protocol.
    static func isAgreed(on connection: OpaquePointer) -> Bool {
        var (bytes, count) = (UnsafePointer<UInt8>?.none, UInt32(0))
        SSL_get0_alpn_selected(connection, &bytes, &count)
        return UnsafeBufferPointer(start: bytes, count: Int(count)).elementsEqual(list.dropFirst())
    }
}
