/// The secrets of Onsale, each with an id. The first key of a kind signs, all of them verify.
///
///     # comment
///     auth   3f2a9c01 <64 hexadecimal digits>     credentials and passes
///     ticket 77aa0b12 <64 hexadecimal digits>     ticket codes (the seed of an Ed25519 key pair)
///     line   58d0e2b7 <64 hexadecimal digits>     the log of the waiting line
///     ca     c1940a6e <64 hexadecimal digits>     certificates (the seed of an Ed25519 key pair)
///
/// Such a file serves every program. `part` makes the file of one program, with the keys that this program needs.
///
/// Replacing a key takes three steps, each followed by a restart of all services: `stage` the new key, `promote` it, and
/// `drop` the old key once everything it signed has expired. Then no service ever signs what another cannot verify.
package struct KeyFile: Sendable {
    package static let maximumKeysOfAKind = 16

    package enum Kind: String, CaseIterable, Sendable {
        case auth
        case ticket
        case line
        case ca
    }

    struct Key: Sendable {
        let id: KeyID
        let secret: SecretKey

        static func random() -> Key { Key(id: KeyID(rawValue: .random(in: 0 ... .max)), secret: .random()) }
    }

    /// The keys of one program, with its certificate.
    struct Part: Sendable {
        let holder: KeyHolder
        let keys: [KeyPurpose: [Key]]
        let certificate: StoredCertificate
    }

    enum Content: Sendable {
        case all([Kind: [Key]])
        case part(Part)
    }

    private(set) var content: Content

    /// One new key of each kind.
    package static func random() -> KeyFile {
        KeyFile(.all(Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, [.random()]) })))
    }

    init(_ content: Content) {
        self.content = content
    }

    /// The only program that the file serves. Nil if it serves every program.
    package var holder: KeyHolder? { if case .part(let part) = content { part.holder } else { nil } }

    /// The ids in the order of the file. The first key signs. Empty for the file of one program.
    package func ids(of kind: Kind) -> [KeyID] {
        if case .all(let keys) = content { keys[kind, default: []].map(\.id) } else { [] }
    }

    /// Each key with its word in the file, and true for the first one of a word.
    package var list: [(word: String, id: KeyID, signs: Bool)] {
        let words: [(String, [Key])] =
            switch content {
            case .all(let keys): Kind.allCases.map { ($0.rawValue, keys[$0, default: []]) }
            case .part(let part): KeyPurpose.allCases.map { ($0.rawValue, part.keys[$0, default: []]) }
            }
        return words.flatMap { word, keys in
            keys.enumerated().map { (word, $1.id, $0 == 0) }
        }
    }

    /// The keys for one purpose, in the order of the file.
    func keys(for purpose: KeyPurpose) -> [Key] {
        switch content {
        case .part(let part): part.keys[purpose, default: []]
        case .all(let keys):
            switch purpose {
            case .oldCredential: Self.derived(from: keys, 1)
            case .pass: Self.derived(from: keys, 2)
            case .queueCredential: Self.derived(from: keys, 4)
            case .concertCredential: Self.derived(from: keys, 5)
            case .walletCredential: Self.derived(from: keys, 6)
            case .ticket: keys[.ticket, default: []]
            case .line: keys[.line] ?? Self.derived(from: keys, 7)
            case .authority: keys[.ca] ?? Self.derived(from: keys, 8)
            }
        }
    }

    /// Derives a separate key for each purpose from the `auth` keys. A number is never used for another purpose.
    private static func derived(from keys: [Kind: [Key]], _ number: UInt64) -> [Key] {
        keys[.auth, default: []].map { key in
            Key(id: key.id, secret: Sodium.derivedKey(from: key.secret, number: number, context: "onsale01"))
        }
    }
}

extension KeyFile {
    /// Adds a new key of `kind`. It verifies but does not sign yet.
    @discardableResult
    package mutating func stage(_ kind: Kind) throws(KeyFileError) -> KeyID {
        let key = Key.random()
        try change(kind) { keys throws(KeyFileError) in
            guard keys.count < Self.maximumKeysOfAKind else { throw .tooManyKeys(kind) }
            keys.append(key)
        }
        return key.id
    }

    /// Makes a key the signing key of its kind.
    package mutating func promote(_ id: KeyID, of kind: Kind) throws(KeyFileError) {
        try change(kind) { keys throws(KeyFileError) in
            guard let index = keys.firstIndex(where: { $0.id == id }) else { throw .noSuchKey(kind, id) }
            keys.insert(keys.remove(at: index), at: 0)
        }
    }

    /// Removes a key. After their next start, services refuse what it signed.
    package mutating func drop(_ id: KeyID, of kind: Kind) throws(KeyFileError) {
        try change(kind) { keys throws(KeyFileError) in
            guard let index = keys.firstIndex(where: { $0.id == id }) else { throw .noSuchKey(kind, id) }
            guard keys.count > 1 else { throw .noKeys(kind) }
            keys.remove(at: index)
        }
    }

    private mutating func change(
        _ kind: Kind, _ body: (inout [Key]) throws(KeyFileError) -> Void
    ) throws(KeyFileError) {
        switch content {
        case .part(let part): throw .ofOneProgram(part.holder)
        case .all(var keys):
            // A file of an older version derives these kinds from `auth`. They must not change together with it.
            keys[.line] = self.keys(for: .line)
            keys[.ca] = self.keys(for: .authority)
            try body(&keys[kind, default: []])
            content = .all(keys)
        }
    }
}

extension KeyFile {
    /// The file of one program: the keys that it needs, and its certificate instead of the keys of the authority.
    package func part(of holder: KeyHolder, certificate: StoredCertificate) throws(KeyFileError) -> KeyFile {
        if let own = self.holder { throw .ofOneProgram(own) }
        let keys = Dictionary(uniqueKeysWithValues: holder.needs.map { ($0, self.keys(for: $0)) })
        return KeyFile(.part(Part(holder: holder, keys: keys, certificate: certificate)))
    }

    /// The certificate of the one program that the file serves. Nil if it serves every program.
    package var certificate: StoredCertificate? {
        if case .part(let part) = content { part.certificate } else { nil }
    }

    /// The keys that sign certificates: the first one signs, programs trust the certificates of all. Empty for the file of
    /// one program.
    package var authorities: [(id: KeyID, key: SigningKey)] {
        keys(for: .authority).map { ($0.id, SigningKey(seed: $0.secret)) }
    }
}

/// The certificate of one program with its key, and the authorities that the program trusts. All are in DER.
package struct StoredCertificate: Sendable {
    package let authorities: [[UInt8]]
    package let certificate: [UInt8]
    package let key: SigningKey

    package init(authorities: [[UInt8]], certificate: [UInt8], key: SigningKey) {
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }
}
