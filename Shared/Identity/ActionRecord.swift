import Kernel

/// An action of an operator, as the chain of the log covers it. `Service` has the log.
package struct ActionRecord: Equatable, Sendable {
    package static let saltByteCount = 16

    package let at: Timestamp
    package let user: UserID
    /// The sign-in of the operator. Nil if the credential was made with a key file.
    package let session: SessionID?
    /// The duties that the operator had.
    package let duties: Duties
    /// The full name of the called method.
    package let method: String
    package let requestID: RequestID?
    /// Stays when the text of the request is deleted.
    package let requestHash: Digest

    package init(
        at: Timestamp, user: UserID, session: SessionID?, duties: Duties, method: String, requestID: RequestID?,
        requestHash: Digest
    ) {
        self.at = at
        self.user = user
        self.session = session
        self.duties = duties
        self.method = method
        self.requestID = requestID
        self.requestHash = requestHash
    }

    /// The salt keeps a deleted request from being guessed by its hash.
    package static func hash(ofRequest text: String, salt: [UInt8]) -> Digest {
        Digest(of: salt + Array(text.utf8))
    }

    package static func newSalt() -> [UInt8] { Sodium.randomBytes(saltByteCount) }
}

/// The end of the chain of actions: the serial of the last one, and a hash that covers all of them.
///
/// The hash of an action covers these bytes. Numbers are big-endian, and an absent id is zero:
///
///     hash of the action before (32) | serial i64 | at i64 | user (16) | session (16) | duties u8 | request id (16)
///     | request hash (32) | method
package struct ActionChain: Equatable, Sendable {
    package private(set) var serial: Int64
    package private(set) var hash: Digest

    package init(serial: Int64 = 0, hash: Digest = Digest(of: [])) {
        self.serial = serial
        self.hash = hash
    }

    package mutating func append(_ record: ActionRecord) {
        serial += 1
        var bytes = hash.bytes + serial.bigEndianBytes + record.at.milliseconds.bigEndianBytes + record.user.bytes
        bytes += (record.session ?? SessionID(high: 0, low: 0)).bytes + [record.duties.rawValue]
        bytes += (record.requestID ?? RequestID(high: 0, low: 0)).bytes
        hash = Digest(of: bytes + record.requestHash.bytes + Array(record.method.utf8))
    }

    /// Appends the next action of a log. Returns the violation, or nil.
    package mutating func violation(
        appending record: ActionRecord, serial stored: Int64, hash storedHash: [UInt8]
    ) -> String? {
        guard stored == serial + 1 else { return "action \(serial + 1) is missing: action \(stored) follows \(serial)" }
        append(record)
        return hash.bytes == storedHash ? nil : "action \(serial) does not match its hash: it was changed or replaced"
    }

    /// Compares the end of a log with the stored one. Returns the violation, or nil.
    package func violation(end stored: Int64, hash storedHash: [UInt8]) -> String? {
        if serial < stored { return "action \(serial + 1) is missing: the chain has \(stored) actions" }
        let isSame = serial == stored && (serial == 0 || hash.bytes == storedHash)
        return isSame ? nil : "the stored end of the chain is not action \(serial): the end was changed"
    }
}
