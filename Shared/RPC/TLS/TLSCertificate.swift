import COpenSSL
import Kernel

/// The certificate of a program and its key, as PEM texts. Further certificates in `chain` lead to an authority.
package struct TLSCertificate: Equatable, Sendable {
    package let chain: String
    package let key: String

    package init(chain: String, key: String) {
        self.chain = chain
        self.key = key
    }
}

/// The authorities whose certificates a program accepts.
package enum TLSAuthorities: Sendable {
    /// Certificates as a PEM text.
    case these(String)
    /// Those that the machine trusts.
    case ofMachine
}

/// The reason why a certificate, a key or an authority cannot be used.
package struct TLSError: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

enum PEMText {
    /// A copy of the text, for the functions of the library that read PEM. The caller frees it.
    static func memory(of text: String) -> OpaquePointer? {
        let memory = BIO_new(BIO_s_mem())
        BIO_write(memory, text, Int32(text.utf8.count))
        return memory
    }
}

/// A parsed certificate.
final class X509Certificate {
    let pointer: OpaquePointer

    private init(_ pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        X509_free(pointer)
    }

    /// The certificates in a PEM text. Throws if there is none, or if one is damaged.
    static func all(in text: String) throws(TLSError) -> [X509Certificate] {
        let memory = PEMText.memory(of: text)
        defer { BIO_free(memory) }
        ERR_clear_error()
        var found: [X509Certificate] = []
        while let pointer = PEM_read_bio_X509(memory, nil, nil, nil) { found.append(X509Certificate(pointer)) }
        // The end of the text is an error of the library, too.
        let isAtEnd = onsale_err_reason(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        ERR_clear_error()
        guard isAtEnd else { throw TLSError("contains a damaged certificate") }
        guard !found.isEmpty else {
            throw TLSError("contains no certificate: it needs a line -----BEGIN CERTIFICATE-----")
        }
        return found
    }

    /// The certificate of the other end, after a handshake.
    init?(ofPeer connection: OpaquePointer) {
        guard let pointer = SSL_get1_peer_certificate(connection) else { return nil }
        self.pointer = pointer
    }

    var validity: ClosedRange<Timestamp> {
        let (begin, end) = (seconds(X509_get0_notBefore(pointer)), seconds(X509_get0_notAfter(pointer)))
        return begin...max(begin, end)
    }

    private func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp {
        Timestamp(milliseconds: Int64(onsale_asn1_seconds(time)) * 1000)
    }

    /// The URIs among its names, such as `onsale:wallet`.
    var uris: [String] {
        var uris: [String] = []
        withUnsafeMutablePointer(to: &uris) { uris in
            onsale_x509_uris(pointer, uris) { uris, bytes, count in
                let bytes = UnsafeRawBufferPointer(start: bytes, count: Int(count))
                uris!.assumingMemoryBound(to: [String].self).pointee.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return uris
    }
}
