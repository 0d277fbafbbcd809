/// Why a password was not hashed or checked.
package enum PasswordError: Error, Equatable {
    case length(maximumByteCount: Int)
    case busy(maximumWaiting: Int)
    case outOfMemory
    case cancelled
}

extension PasswordError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .length(let maximum): "a password has 1 to \(maximum) bytes"
        case .busy(let maximum): "\(maximum) others wait for their password to be checked: try again in a moment"
        case .outOfMemory: "there is not enough memory to check a password: try again in a moment"
        case .cancelled: "nobody waits for this password any more"
        }
    }
}
