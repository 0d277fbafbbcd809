import COpenSSL

/// Stops a peer that replaces its keys again and again. Each replacement costs us more work than the peer.
///
/// The library counts empty records by itself.
enum TLSFloods {
    /// Messages after the handshake that a peer may send in one turn. A correct peer sends one after a million records.
    private static let maxMessagesAtOnce = 4

    private static let afterHandshake: Set<UInt8> = [UInt8(SSL3_MT_KEY_UPDATE), UInt8(SSL3_MT_NEWSESSION_TICKET)]

    static func watch(_ context: OpaquePointer) {
        SSL_CTX_set_msg_callback(context) { isOurs, _, type, bytes, count, connection, _ in
            guard isOurs == 0, type == SSL3_RT_HANDSHAKE, count > 0, let bytes, let connection,
                TLSFloods.afterHandshake.contains(bytes.load(as: UInt8.self))
            else { return }
            TLSBuffers.of(connection)?.countMessage(limit: TLSFloods.maxMessagesAtOnce)
        }
    }
}
