import Kernel

/// Why a credential, a pass or a ticket code is not accepted.
package enum TokenError: Error, Equatable {
    /// Not what was asked for at all: another length, another kind, another alphabet.
    case malformed
    /// Signed with a key that is not in the key file: dropped since, or from another system.
    case unknownKey(KeyID)
    /// The signature does not fit the content: forged, or altered on the way. Which of the two cannot be told.
    case forged
    /// Genuine, and its time is over.
    case expired(at: Timestamp)
    /// Genuine, and somebody else's.
    case ofAnotherUser
}

extension TokenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it is damaged or of another kind"
        case .unknownKey(let id): "it is signed with key \(id), which is not among the known keys"
        case .forged: "it is forged or altered: the signature does not fit"
        case .expired(let time): "it expired at \(time)"
        case .ofAnotherUser: "it belongs to another user"
        }
    }
}
