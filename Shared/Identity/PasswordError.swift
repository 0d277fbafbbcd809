/// The reason why a password was not hashed or checked.
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
        case .busy(let maximum): "\(maximum) password checks are already waiting: try again in a moment"
        case .outOfMemory: "the service has too little memory to check a password: try again in a moment"
        case .cancelled: "the caller cancelled the password check"
        }
    }
}
