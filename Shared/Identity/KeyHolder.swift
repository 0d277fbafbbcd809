/// A program with a key file of its own, which has only the keys that the program needs.
package enum KeyHolder: String, CaseIterable, Sendable {
    case queue
    case concert
    case wallet
    case edge

    /// The keys that a file of this program contains.
    var needs: [KeyPurpose] {
        switch self {
        case .queue: [.queueCredential, .pass, .line]
        case .concert: [.concertCredential, .pass, .ticket]
        case .wallet: [.queueCredential, .concertCredential, .walletCredential]
        case .edge: []
        }
    }
}

extension KeyHolder: CustomStringConvertible {
    package var description: String {
        switch self {
        case .queue: "QueueService"
        case .concert: "ConcertService"
        case .wallet: "WalletService"
        case .edge: "the web edge"
        }
    }
}

/// The purpose of a key. The raw value is its word in the file of one program.
enum KeyPurpose: String, CaseIterable {
    case oldCredential = "old-credential"
    case queueCredential = "queue-credential"
    case concertCredential = "concert-credential"
    case walletCredential = "wallet-credential"
    case pass
    case ticket
    case line
    case authority = "ca"
}
