import Kernel

/// The reason why a credential, a pass or a ticket code is refused.
package enum TokenError: Error, Equatable {
    /// The length, kind or alphabet is wrong.
    case malformed
    /// The signing key is not in the key file: it was dropped, or belongs to another system.
    case unknownKey(KeyID)
    /// The signature does not match the content: the token is forged or altered.
    case forged
    /// The token is genuine and has expired.
    case expired(at: Timestamp)
    /// The token is genuine and belongs to another user.
    case ofAnotherUser
}

extension TokenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it is damaged or of another kind"
        case .unknownKey(let id): "it is signed with key \(id), which the key file does not contain"
        case .forged: "it is forged or altered: the signature does not match"
        case .expired(let time): "it expired at \(time)"
        case .ofAnotherUser: "it belongs to another user"
        }
    }
}
