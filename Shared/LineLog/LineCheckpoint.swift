import Encoding
import Identity
import Kernel

/// The state of a line at one moment, as the service signs it: the format of C2SP (`c2sp.org/tlog-checkpoint`) with one
/// extension line.
///
///     tickets.example.com/line/0193e5a0-7a55-7000-8000-000000000001
///     1000000
///     <root in base64>
///     admitted 1200 at 1795000000000
package struct LineCheckpoint: Sendable {
    package let origin: LineOrigin
    /// The number of leaves, which is the last number of the line.
    package let size: Int
    package let root: SHA256Hash
    /// No place up to this number waits any more.
    package let admitted: Int64
    /// The time at which the line was read.
    package let at: Timestamp
    package let note: SignedNote

    package init(
        of origin: LineOrigin, size: Int, root: SHA256Hash, admitted: Int64, at time: Timestamp,
        signedWith keys: LineKeys
    ) {
        self.origin = origin
        self.size = size
        self.root = root
        self.admitted = admitted
        at = time
        let text =
            "\(origin.text)\n\(size)\n\(Base64.text(of: root.bytes))\nadmitted \(admitted) at \(time.milliseconds)\n"
        note = SignedNote(text, signedAs: origin.text, with: keys)
    }

    /// Nil if the text is no checkpoint of a line. The signature is not checked.
    package init?(_ text: String) {
        guard let note = SignedNote(text) else { return nil }
        let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 5, let origin = LineOrigin(String(lines[0])), let size = Int(lines[1]), size > 0,
            let root = Base64.bytes(of: String(lines[2])).flatMap({ SHA256Hash(bytes: $0) })
        else { return nil }
        let words = lines[3].split(separator: " ")
        guard words.count == 4, words[0] == "admitted", words[2] == "at", let admitted = Int64(words[1]),
            let time = Int64(words[3])
        else { return nil }
        self.origin = origin
        self.size = size
        self.root = root
        self.admitted = admitted
        at = Timestamp(milliseconds: time)
        self.note = note
    }

    /// Reads the text of a service. It is empty for a line that no user has joined.
    package init(shown text: String) throws(LineViolation) {
        if text.isEmpty { throw LineViolation("no user has joined this line yet, so it has no places to check") }
        guard let checkpoint = LineCheckpoint(text) else {
            throw LineViolation("the service shows no checkpoint of a line in a format that this version knows")
        }
        self = checkpoint
    }

    package func isSigned(by publicKeys: [[UInt8]]) -> Bool { note.isSigned(as: origin.text, by: publicKeys) }
}
