import Identity
import Kernel

/// The result of a check of a draw: from its record, the log of its line, and perhaps an earlier record and a receipt.
package struct LineDrawAudit: Sendable {
    package let record: LineDrawRecord
    package let list: LineDrawRecord.List
    /// Without a beacon, the operator could have added accounts until the order suited.
    package let hasBeacon: Bool
    /// The number of the receipt's place. Nil without a receipt.
    package let position: Int64?

    /// Throws the first violation.
    package init(
        _ record: LineDrawRecord, log: LineFile, early: LineDrawRecord? = nil, receipt: LineFile? = nil,
        publicKeys: [[UInt8]]
    ) throws(LineViolation) {
        for record in [record] + (early.map { [$0] } ?? []) where !record.isSigned(by: publicKeys) {
            throw LineViolation("the record of the draw is not signed by the key of the site")
        }
        if let receipt, receipt.checkpoint.size < log.checkpoint.size {
            _ = try LineAudit(receipt, log, publicKeys: publicKeys)
        } else {
            _ = try LineAudit(log, receipt, publicKeys: publicKeys)
        }
        guard record.origin == log.checkpoint.origin, early.map({ $0.origin == record.origin }) ?? true else {
            throw LineViolation("the record and \(log.name) are about different lines")
        }
        guard let list = record.list, let result = record.result else {
            throw LineViolation("the draw of \(record.origin.text) has not happened yet")
        }
        if let early { try Self.compare(early, record, list) }
        guard SHA256Hash(of: result.secret) == record.secretHash else {
            throw .ofDraw("the secret is not the one that was promised", list)
        }
        guard log.root(at: list.count) == list.root else {
            throw .ofDraw(
                "the first \(list.count) places of \(log.name) do not give the root of the draw, so the list was changed",
                list)
        }
        for file in [log] + (receipt.map { [$0] } ?? []) { try Self.checkBeacon(of: record, list, result, by: file) }
        (self.record, self.list, hasBeacon) = (record, list, !result.beacon.isEmpty)
        position =
            try receipt?.receipt.map { receipt throws(LineViolation) in
                try Self.position(of: receipt, in: Self.order(of: record, list, result))
            } ?? nil
    }

    private static func compare(
        _ early: LineDrawRecord, _ record: LineDrawRecord, _ list: LineDrawRecord.List
    ) throws(LineViolation) {
        guard early.round == record.round else {
            throw .ofDraw("round \(early.round) was promised, and round \(record.round) was used", list)
        }
        guard early.secretHash == record.secretHash else {
            throw .ofDraw("the secret is not the one that was promised", list)
        }
        guard early.list == nil || early.list == list else {
            throw .ofDraw("the list of participants was changed after it was closed", list)
        }
        guard let earlier = early.result, let result = record.result, earlier != result else { return }
        let (before, after) = (order(of: early, list, earlier), order(of: record, list, result))
        let repeated = "the draw was repeated: the earlier record has another result"
        guard let index = before.indices.first(where: { before[$0] != after[$0] }) else {
            throw .ofDraw(repeated, list)
        }
        throw LineViolation(
            "\(repeated). The first wrong leaf is \(after[index]): place \(after[index] + 1) now has number \(index + 1), which place \(before[index] + 1) drew",
            isProof: true)
    }

    /// The list must be closed before the beacon exists, and the numbers must not be known before.
    private static func checkBeacon(
        of record: LineDrawRecord, _ list: LineDrawRecord.List, _ result: LineDrawRecord.Result, by file: LineFile
    ) throws(LineViolation) {
        guard result.beacon.count == Quicknet.signatureByteCount else { return }
        let publication = Quicknet.publication(of: record.round)
        let (early, late) = (publication - LineAudit.clockTolerance, publication + LineAudit.clockTolerance)
        let round = "round \(record.round) was published at \(publication)"
        if file.checkpoint.size < list.count, file.checkpoint.at > late {
            throw .ofDraw("\(round), and the list still grew at \(file.checkpoint.at)", list)
        }
        guard let receipt = file.receipt, receipt.leaf.number <= list.count else { return }
        let place = "the first wrong leaf is \(receipt.leaf.number - 1): place \(receipt.leaf.number)"
        if receipt.leaf.joinedAt > late {
            throw LineViolation("\(place) joined at \(receipt.leaf.joinedAt), but \(round)", isProof: true)
        }
        if receipt.statement.position > 0, receipt.statement.at < early {
            throw LineViolation("\(place) had a number at \(receipt.statement.at), but \(round)", isProof: true)
        }
    }

    /// The leaves in the order of their drawn numbers.
    private static func order(
        of record: LineDrawRecord, _ list: LineDrawRecord.List, _ result: LineDrawRecord.Result
    ) -> [UInt32] {
        let seed = LineDraw.seed(
            of: record.origin.room, participants: list.count, root: list.root, secret: result.secret,
            beacon: result.beacon)
        return LineDraw.order(seed: seed, count: list.count)
    }

    /// A place that joined after the list was closed keeps its number.
    private static func position(of receipt: LineReceipt, in order: [UInt32]) throws(LineViolation) -> Int64 {
        let (leaf, stated) = (receipt.leaf.number - 1, receipt.statement.position)
        let drawn = leaf < order.count ? order.firstIndex(of: UInt32(leaf)).map { Int64($0 + 1) } : nil
        let number = drawn ?? receipt.leaf.number
        guard stated == 0 || stated == number else {
            throw LineViolation(
                "the first wrong leaf is \(leaf): place \(leaf + 1) \(drawn == nil ? "has" : "drew") number \(number), and the service says \(stated)",
                isProof: true)
        }
        return number
    }
}

extension LineViolation {
    /// A violation that may change the number of every participant.
    fileprivate static func ofDraw(_ sentence: String, _ list: LineDrawRecord.List) -> LineViolation {
        guard list.count > 0 else { return LineViolation(sentence, isProof: true) }
        return LineViolation("\(sentence). The first wrong leaf is one of 0 to \(list.count - 1)", isProof: true)
    }
}
