/// What is wrong with a key file, and what to do about it. Never shows a secret.
package enum KeyFileError: Error, Equatable {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case noRegularFile(path: String)
    case tooLarge(path: String, maximumByteCount: Int)
    case openToOthers(path: String, mode: String)
    case ofAnotherUser(path: String, owner: UInt32, user: UInt32)
    case exists(path: String)
    case badLine(Int)
    case twice(KeyFile.Kind, KeyID)
    case noKeys(KeyFile.Kind)
    case tooManyKeys(KeyFile.Kind)
    case noSuchKey(KeyFile.Kind, KeyID)
}

extension KeyFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "the key file \(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason):
            "the key file \(path) cannot be written: \(reason)"
        case .noRegularFile(let path):
            "\(path) is no regular file: name the key file itself"
        case .tooLarge(let path, let maximum):
            "\(path) is larger than \(maximum) bytes: this is no key file"
        case .openToOthers(let path, let mode):
            "the key file \(path) has mode \(mode), so others can get at the keys: run chmod 600 \(path), "
                + "and replace its keys if somebody may have read them"
        case .ofAnotherUser(let path, let owner, let user):
            "the key file \(path) belongs to user \(owner), and this program runs as user \(user): "
                + "run it as the owner, or give the file to user \(user)"
        case .exists(let path):
            "\(path) exists already: name another path, or stage a new key in this one"
        case .badLine(let number):
            "line \(number) of the key file is wrong: a line is auth or ticket, an id of 8 and a secret of 64 "
                + "hexadecimal digits, with spaces between"
        case .twice(let kind, let id):
            "the key file has the \(kind) key \(id) twice: remove one of the lines"
        case .noKeys(let kind):
            "a key file needs at least one \(kind) key: stage a new one before the last is dropped"
        case .tooManyKeys(let kind):
            "a key file holds at most \(KeyFile.maximumKeysOfAKind) \(kind) keys: drop the oldest"
        case .noSuchKey(let kind, let id):
            "the key file has no \(kind) key \(id)"
        }
    }
}
