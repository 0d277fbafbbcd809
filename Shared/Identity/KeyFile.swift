import Encoding
import Kernel

/// The secrets that services and operators share, each with an id. The first key of a kind signs, all of them verify.
///
///     # comment
///     auth   3f2a9c01 <64 hexadecimal digits>     credentials and passes
///     ticket 77aa0b12 <64 hexadecimal digits>     ticket codes (the seed of an Ed25519 key pair)
///
/// Replacing a key takes three steps, each followed by a restart of all services: `stage` the new key, `promote` it, and
/// `drop` the old key once everything it signed has expired. Then no service ever signs what another cannot verify.
package struct KeyFile: Sendable {
    package static let maximumKeysOfAKind = 16

    package enum Kind: String, CaseIterable, Sendable {
        case auth
        case ticket
    }

    struct Key: Sendable {
        let id: KeyID
        let secret: SecretKey

        static func random() -> Key { Key(id: KeyID(rawValue: .random(in: 0 ... .max)), secret: .random()) }
    }

    private var keys: [Kind: [Key]]

    /// The keys for one purpose, in the order of the file.
    func keys(for purpose: KeyPurpose) -> [Key] {
        keys[.auth, default: []].map { key in
            let derived = Sodium.derivedKey(from: key.secret, number: purpose.rawValue, context: "onsale01")
            return Key(id: key.id, secret: derived)
        }
    }

    var ticket: [Key] { keys[.ticket, default: []] }

    /// One new key of each kind.
    package static func random() -> KeyFile {
        KeyFile(keys: Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, [.random()]) }))
    }

    private init(keys: [Kind: [Key]]) {
        self.keys = keys
    }

    /// The ids in the order of the file. The first key signs.
    package func ids(of kind: Kind) -> [KeyID] {
        keys[kind, default: []].map(\.id)
    }
}

extension KeyFile {
    /// Adds a new key of `kind`. It verifies but does not sign yet.
    @discardableResult
    package mutating func stage(_ kind: Kind) throws(KeyFileError) -> KeyID {
        guard ids(of: kind).count < Self.maximumKeysOfAKind else { throw .tooManyKeys(kind) }
        let key = Key.random()
        keys[kind, default: []].append(key)
        return key.id
    }

    /// Makes a key the signing key of its kind.
    package mutating func promote(_ id: KeyID, of kind: Kind) throws(KeyFileError) {
        guard let index = ids(of: kind).firstIndex(of: id) else { throw .noSuchKey(kind, id) }
        let key = keys[kind, default: []].remove(at: index)
        keys[kind, default: []].insert(key, at: 0)
    }

    /// Removes a key. After their next start, services refuse what it signed.
    package mutating func drop(_ id: KeyID, of kind: Kind) throws(KeyFileError) {
        guard let index = ids(of: kind).firstIndex(of: id) else { throw .noSuchKey(kind, id) }
        guard ids(of: kind).count > 1 else { throw .noKeys(kind) }
        keys[kind, default: []].remove(at: index)
    }
}

extension KeyFile {
    private static let heading = """
        # The keys of Onsale. Anyone who reads this file can sign in as any user: keep it at mode 0600.
        # Each line: auth or ticket, an id, a secret. The first key of a kind signs, all of them verify.

        """

    var text: String {
        var text = Self.heading
        for kind in Kind.allCases {
            for key in keys[kind, default: []] { text += "\(kind.rawValue) \(key.id) \(key.secret.fileText)\n" }
        }
        return text
    }

    init(text: String) throws(KeyFileError) {
        var keys: [Kind: [Key]] = [:]
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            guard words.count == 3, let kind = Kind(rawValue: String(words[0])), let id = KeyID(String(words[1])),
                let bytes = Hexadecimal.bytes(of: String(words[2])), let secret = SecretKey(bytes: bytes)
            else { throw .badLine(index + 1) }
            guard !keys[kind, default: []].contains(where: { $0.id == id }) else { throw .twice(kind, id) }
            guard keys[kind, default: []].count < Self.maximumKeysOfAKind else { throw .tooManyKeys(kind) }
            keys[kind, default: []].append(Key(id: id, secret: secret))
        }
        for kind in Kind.allCases where keys[kind] == nil { throw .noKeys(kind) }
        self.keys = keys
    }
}

/// The id of a key: four random bytes, because a counter could give a new key the id of a dropped one.
package struct KeyID: Hashable, Sendable, LosslessStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Eight hexadecimal digits.
    package init?(_ text: String) {
        guard let bytes = Hexadecimal.bytes(of: text), bytes.count == 4 else { return nil }
        rawValue = bytes.span.bytes.bigEndian(at: 0)
    }

    package var description: String { rawValue.hexadecimalDigits }
}
