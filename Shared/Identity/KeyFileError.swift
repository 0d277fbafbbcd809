/// An error about a key file. Its text names the remedy and never shows a secret.
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
    /// The file has the keys of one program where the keys of all are needed.
    case ofOneProgram(KeyHolder)
    case ofAnotherProgram(path: String, holder: KeyHolder, reader: KeyHolder)
    case lacks(KeyHolder, String)
    case badLineOfOneProgram(Int)
}

extension KeyFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "the key file \(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason):
            "the key file \(path) cannot be written: \(reason)"
        case .noRegularFile(let path):
            "\(path) is not a regular file: name the key file itself"
        case .tooLarge(let path, let maximum):
            "\(path) is larger than \(maximum) bytes, so it is not a key file: name another path"
        case .openToOthers(let path, let mode):
            "the key file \(path) has mode \(mode), so other users can access the keys: run chmod 600 \(path), "
                + "and replace the keys if another user may have read them"
        case .ofAnotherUser(let path, let owner, let user):
            "the key file \(path) belongs to user \(owner), and this program runs as user \(user): "
                + "run it as the owner, or give the file to user \(user)"
        case .exists(let path):
            "\(path) already exists: name another path, or stage a new key in this file"
        case .badLine(let number):
            "line \(number) of the key file is invalid: write auth, ticket, line or ca, an id of 8 hexadecimal digits and a "
                + "secret of 64, separated by spaces"
        case .twice(let kind, let id):
            "the key file contains the \(kind) key \(id) twice: remove one of the lines"
        case .noKeys(let kind):
            "a key file needs at least one \(kind) key: stage a new key before you drop the last one"
        case .tooManyKeys(let kind):
            "a key file holds at most \(KeyFile.maximumKeysOfAKind) \(kind) keys: drop the oldest"
        case .noSuchKey(let kind, let id):
            "the key file has no \(kind) key \(id)"
        case .ofOneProgram(let holder):
            "this key file has the keys of \(holder) only: name the file with all keys, from which it was split"
        case .ofAnotherProgram(let path, let holder, let reader):
            "the key file \(path) is for \(holder), and this is \(reader): name the file \(reader.rawValue).keys of the same "
                + "folder, or the file with all keys"
        case .lacks(let holder, let word):
            "the key file of \(holder) needs lines that begin with \(word) (exactly one if it is certificate or "
                + "certificate-key): run gateway admin keys split again"
        case .badLineOfOneProgram(let number):
            "line \(number) of the key file does not belong into the file of one program: run gateway admin keys split again"
        }
    }
}
