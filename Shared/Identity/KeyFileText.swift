import Encoding

extension KeyFile {
    private static let heading = """
        # The keys of Onsale. Anyone who reads this file can sign in as any user: keep it at mode 0600.
        # Each line: auth, ticket, line or ca, an id, a secret. The first key of a kind signs, all of them verify.

        """

    var text: String {
        switch content {
        case .part(let part): return part.text
        case .all(let keys):
            return Kind.allCases.reduce(Self.heading) { text, kind in
                text + keys[kind, default: []].map { $0.line(kind.rawValue) }.joined()
            }
        }
    }

    init(text: String) throws(KeyFileError) {
        let lines = KeyFileLine.all(in: text)
        let isOfOneProgram = lines.first?.words[0] == Part.firstWord
        self.init(try isOfOneProgram ? .part(Part(lines)) : .all(Self.keys(of: lines)))
    }

    private static func keys(of lines: [KeyFileLine]) throws(KeyFileError) -> [Kind: [Key]] {
        var keys: [Kind: [Key]] = [:]
        for line in lines {
            guard let kind = Kind(rawValue: line.words[0]), let key = Key(line.words) else {
                throw .badLine(line.number)
            }
            guard !keys[kind, default: []].contains(where: { $0.id == key.id }) else { throw .twice(kind, key.id) }
            guard keys[kind, default: []].count < Self.maximumKeysOfAKind else { throw .tooManyKeys(kind) }
            keys[kind, default: []].append(key)
        }
        // A file of an older version has no keys of the other kinds: `keys(for:)` derives them.
        for kind in [Kind.auth, .ticket] where keys[kind] == nil { throw .noKeys(kind) }
        return keys
    }
}

/// A line of a key file that is neither empty nor a comment.
private struct KeyFileLine {
    let number: Int
    /// At least one.
    let words: [String]

    static func all(in text: String) -> [KeyFileLine] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.enumerated().map { index, line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            return KeyFileLine(number: index + 1, words: words.map { String($0) })
        }.filter { line in line.words.first.map { !$0.hasPrefix("#") } ?? false }
    }
}

extension KeyFile.Key {
    /// Nil unless the words are a kind, an id and a secret.
    fileprivate init?(_ words: [String]) {
        guard words.count == 3, let id = KeyID(words[1]), let secret = SecretKey(hexadecimal: words[2]) else {
            return nil
        }
        self.init(id: id, secret: secret)
    }

    fileprivate func line(_ word: String) -> String { "\(word) \(id) \(secret.fileText)\n" }
}

extension SecretKey {
    fileprivate init?(hexadecimal text: String) {
        guard let bytes = Hexadecimal.bytes(of: text) else { return nil }
        self.init(bytes: bytes)
    }
}

extension KeyFile.Part {
    /// The word of the first line. It tells the file of one program from the file of all.
    static let firstWord = "program"
    private static let authority = "authority"
    private static let certificate = "certificate"
    private static let certificateKey = "certificate-key"

    var text: String {
        var text = """
            # The keys of \(holder) only, from: gateway admin keys split. Keep this file at mode 0600.
            # Before its certificate expires, split the file with all keys again.
            \(Self.firstWord) \(holder.rawValue)

            """
        for purpose in holder.needs { text += keys[purpose, default: []].map { $0.line(purpose.rawValue) }.joined() }
        for authority in certificate.authorities { text += "\(Self.authority) \(Base64.text(of: authority))\n" }
        text += "\(Self.certificate) \(Base64.text(of: certificate.certificate))\n"
        text += "\(Self.certificateKey) \(certificate.key.seed.fileText)\n"
        return text
    }

    fileprivate init(_ lines: [KeyFileLine]) throws(KeyFileError) {
        guard lines[0].words.count == 2, let holder = KeyHolder(rawValue: lines[0].words[1]) else {
            throw .badLineOfOneProgram(lines[0].number)
        }
        var keys: [KeyPurpose: [KeyFile.Key]] = [:]
        var authorities: [[UInt8]] = []
        var certificates: [[UInt8]] = []
        var secrets: [SecretKey] = []
        for line in lines.dropFirst() {
            let words = line.words
            let value = words.count == 2 ? words[1] : ""
            if let purpose = KeyPurpose(rawValue: words[0]), holder.needs.contains(purpose),
                let key = KeyFile.Key(words), keys[purpose, default: []].count < KeyFile.maximumKeysOfAKind
            {
                keys[purpose, default: []].append(key)
            } else if words[0] == Self.authority, let bytes = Base64.bytes(of: value), !bytes.isEmpty {
                authorities.append(bytes)
            } else if words[0] == Self.certificate, let bytes = Base64.bytes(of: value), !bytes.isEmpty {
                certificates.append(bytes)
            } else if words[0] == Self.certificateKey, let secret = SecretKey(hexadecimal: value) {
                secrets.append(secret)
            } else {
                throw .badLineOfOneProgram(line.number)
            }
        }
        for purpose in holder.needs where keys[purpose] == nil { throw .lacks(holder, purpose.rawValue) }
        guard !authorities.isEmpty else { throw .lacks(holder, Self.authority) }
        guard certificates.count == 1 else { throw .lacks(holder, Self.certificate) }
        guard secrets.count == 1 else { throw .lacks(holder, Self.certificateKey) }
        let key = SigningKey(seed: secrets[0])
        self.init(
            holder: holder, keys: keys,
            certificate: StoredCertificate(authorities: authorities, certificate: certificates[0], key: key))
    }
}
