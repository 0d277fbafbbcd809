import Encoding
import Identity
import Kernel

/// The draw of a line. Everybody can compute it from the list of participants, a secret of the site that was promised before
/// the first join, and a public random number that did not exist when the list was closed.
package enum LineDraw {
    private static let title = Array("onsale draw v1".utf8)

    /// SHA-256("onsale draw v1" | room (16) | participants i64 | root (32) | secret (32) | beacon), big endian. The beacon is
    /// empty in a draw without one.
    package static func seed(
        of room: RoomID, participants: Int, root: SHA256Hash, secret: [UInt8], beacon: [UInt8]
    ) -> SHA256Hash {
        SHA256Hash(
            of: title + room.bytes + Int64(participants).bigEndianBytes + root.bytes + secret + beacon)
    }

    /// The leaves in the order of the line: the first one has number 1.
    ///
    /// A Fisher-Yates shuffle from the end. Block *i* of the random numbers is SHA-256(seed | i u64), with four numbers of 64
    /// bits. A number that would favour small results is rejected.
    package static func order(seed: SHA256Hash, count: Int) -> [UInt32] {
        var numbers = Numbers(seed: seed)
        var order = (0..<UInt32(count)).map { $0 }
        for last in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(last, Int(numbers.next(below: UInt64(last + 1))))
        }
        return order
    }

    private struct Numbers {
        let seed: SHA256Hash
        var block: UInt64 = 0
        var waiting: [UInt64] = []

        mutating func next(below bound: UInt64) -> UInt64 {
            // The largest multiple of the bound, less 1, as the last number that favours no result.
            let last = UInt64.max - (UInt64.max % bound + 1) % bound
            while true {
                let number = next()
                if number <= last { return number % bound }
            }
        }

        private mutating func next() -> UInt64 {
            if let number = waiting.popLast() { return number }
            let bytes = SHA256Hash(of: seed.bytes + Int64(bitPattern: block).bigEndianBytes).bytes
            block += 1
            waiting = (0..<4).reversed().map { word in
                bytes[8 * word..<8 * word + 8].reduce(0) { $0 << 8 | UInt64($1) }
            }
            return next()
        }
    }
}

/// What a site says about a draw, signed. It grows: the promise, the closed list, the result.
///
///     tickets.example.com/line/0193e5a0-7a55-7000-8000-000000000001
///     round 15000000
///     secret-hash <SHA-256 of the secret>
///     participants 1000
///     root <root of the first 1000 leaves>
///     secret <secret>
///     beacon <signature of the round>, or: beacon none
package struct LineDrawRecord: Sendable {
    /// The list of participants.
    package struct List: Equatable, Sendable {
        package let count: Int
        package let root: SHA256Hash

        package init(count: Int, root: SHA256Hash) {
            self.count = count
            self.root = root
        }
    }

    /// The secret, and the beacon. The beacon is empty in a draw without one.
    package struct Result: Equatable, Sendable {
        package let secret: [UInt8]
        package let beacon: [UInt8]

        package init(secret: [UInt8], beacon: [UInt8]) {
            self.secret = secret
            self.beacon = beacon
        }
    }

    private static let lineCounts = [4, 6, 8]
    /// A record with more participants is refused, because a verifier keeps four bytes for each.
    private static let maximumCount = 100_000_000

    package let origin: LineOrigin
    package let round: Int64
    package let secretHash: SHA256Hash
    package let list: List?
    package let result: Result?
    package let note: SignedNote

    package init(
        of origin: LineOrigin, round: Int64, secretHash: SHA256Hash, list: List?, result: Result?,
        signedWith keys: LineKeys
    ) {
        var text = "\(origin.text)\nround \(round)\nsecret-hash \(Base64.text(of: secretHash.bytes))\n"
        if let list {
            text += "participants \(list.count)\nroot \(Base64.text(of: list.root.bytes))\n"
            if let result {
                let beacon = result.beacon.isEmpty ? "none" : Base64.text(of: result.beacon)
                text += "secret \(Base64.text(of: result.secret))\nbeacon \(beacon)\n"
            }
        }
        self.origin = origin
        self.round = round
        self.secretHash = secretHash
        self.list = list
        self.result = list == nil ? nil : result
        note = SignedNote(text, signedAs: origin.text, with: keys)
    }

    /// Nil if the text is no record of a draw. The signature is not checked.
    package init?(_ text: String) {
        guard let note = SignedNote(text) else { return nil }
        let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
        func value(_ index: Int, _ name: String) -> String? {
            guard index < lines.count, lines[index].hasPrefix(name + " ") else { return nil }
            return String(lines[index].dropFirst(name.utf8.count + 1))
        }
        guard Self.lineCounts.contains(lines.count), let origin = LineOrigin(String(lines[0])),
            let round = value(1, "round").flatMap({ Int64($0) }),
            let secretHash = value(2, "secret-hash").flatMap({ Base64.bytes(of: $0) }).flatMap({ SHA256Hash(bytes: $0) }
            )
        else { return nil }
        if lines.count > Self.lineCounts[0] {
            guard let count = value(3, "participants").flatMap({ Int($0) }), (0...Self.maximumCount).contains(count),
                let root = value(4, "root").flatMap({ Base64.bytes(of: $0) }).flatMap({ SHA256Hash(bytes: $0) })
            else { return nil }
            list = List(count: count, root: root)
        } else {
            list = nil
        }
        if lines.count > Self.lineCounts[1] {
            guard let secret = value(5, "secret").flatMap({ Base64.bytes(of: $0) }), let beacon = value(6, "beacon"),
                let bytes = beacon == "none" ? [] : Base64.bytes(of: beacon)
            else { return nil }
            result = Result(secret: secret, beacon: bytes)
        } else {
            result = nil
        }
        self.origin = origin
        self.round = round
        self.secretHash = secretHash
        self.note = note
    }

    package func isSigned(by publicKeys: [[UInt8]]) -> Bool { note.isSigned(as: origin.text, by: publicKeys) }
}
