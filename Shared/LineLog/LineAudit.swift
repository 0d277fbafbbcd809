import Identity
import Kernel

/// The result of a check of one or two files about a line, with public keys only. It needs no service and no network.
package struct LineAudit: Sendable {
    /// The clocks of two instances may differ by this. A contradiction needs a larger distance.
    package static let clockTolerance = Duration.seconds(10)

    /// The checkpoints are those of the files, in their order.
    package let checkpoints: [LineCheckpoint]
    package let receipts: [LineReceipt]
    /// The places from the first one on that are the same in both files. Nil for one file.
    package private(set) var samePlaceCount: Int?

    /// Checks each file, and the later one against the first. Throws the first violation.
    package init(_ first: LineFile, _ later: LineFile? = nil, publicKeys: [[UInt8]]) throws(LineViolation) {
        let files = [first] + (later.map { [$0] } ?? [])
        checkpoints = files.map(\.checkpoint)
        receipts = files.compactMap(\.receipt)
        for file in files {
            guard file.checkpoint.isSigned(by: publicKeys) else {
                throw LineViolation("\(file.name): the checkpoint is not signed by the key of the site")
            }
        }
        if case .consistency = first.content {
            throw LineViolation("\(first.name) proves the beginning of a line: name the earlier file first")
        }
        try Self.checkRoot(of: first)
        if let later {
            let isConsistency = if case .consistency = later.content { true } else { false }
            if !isConsistency { try Self.checkRoot(of: later) }
            samePlaceCount = try Self.compare(first, later)
        }
        for receipt in receipts {
            guard receipt.statement.isSigned(of: receipt.leaf, by: publicKeys) else {
                throw LineViolation(
                    "the statement about place \(receipt.leaf.number) is not signed by the key of the site")
            }
            for checkpoint in checkpoints { try Self.checkOrder(of: receipt, at: checkpoint) }
        }
    }

    /// The hashes of a file must give the root of its checkpoint.
    private static func checkRoot(of file: LineFile) throws(LineViolation) {
        let checkpoint = file.checkpoint
        if file.known.hash(0..<checkpoint.size) == checkpoint.root { return }
        if let receipt = file.receipt { throw .notInTree(receipt, file.name) }
        throw LineViolation("\(file.name): its leaves do not give the root of its checkpoint, so the file was changed")
    }

    /// Returns the number of places from the first one on that both files prove to be the same.
    private static func compare(_ first: LineFile, _ later: LineFile) throws(LineViolation) -> Int {
        let (old, new) = (first.checkpoint, later.checkpoint)
        guard old.origin == new.origin else {
            throw LineViolation(
                "\(first.name) is about line \(old.origin.text), and \(later.name) about \(new.origin.text)")
        }
        guard old.size <= new.size else {
            throw LineViolation("\(later.name) is older than \(first.name): name the older file first")
        }
        guard old.size == new.size || old.admitted <= new.admitted else {
            throw LineViolation(
                "\(first.name) has admitted \(old.admitted) places, and \(later.name) only \(new.admitted): this number only grows"
            )
        }
        if case .consistency(let size) = later.content { return try extend(first, to: later, from: size) }
        let ranges = (first.known.ranges + later.known.ranges.filter { $0.upperBound <= old.size })
            .sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        var same = 0
        for range in ranges {
            guard let before = first.known.hash(range), let after = later.known.hash(range) else { continue }
            guard before == after else { throw .differs(range, first, later) }
            if range.lowerBound <= same { same = max(same, range.upperBound) }
        }
        if let before = first.receipt?.leaf, let after = later.receipt?.leaf, before.place == after.place,
            before != after
        {
            let number = min(before.number, after.number)
            throw LineViolation(
                "the first wrong leaf is \(number - 1): place \(before.number) of \(first.name) has number \(after.number) in \(later.name)"
            )
        }
        return same
    }

    /// Checks that the line of the first file is the beginning of the later one.
    private static func extend(
        _ first: LineFile, to later: LineFile, from size: Int
    ) throws(LineViolation) -> Int {
        let (old, new) = (first.checkpoint, later.checkpoint)
        guard old.size == size else {
            throw LineViolation(
                "\(later.name) proves the line from \(size) places on, and \(first.name) has \(old.size)")
        }
        var known = later.known
        known.add(old.root, of: 0..<size)
        let isOld = later.known.hash(0..<size).map { $0 == old.root } ?? true
        guard isOld, known.hash(0..<new.size) == new.root else {
            throw .differs(0..<size, first, later)
        }
        return size
    }

    /// A statement and a checkpoint must tell one order of admissions.
    private static func checkOrder(of receipt: LineReceipt, at checkpoint: LineCheckpoint) throws(LineViolation) {
        let (number, statement) = (receipt.leaf.number, receipt.statement)
        let wrong = "the first wrong leaf is \(number - 1): place \(number)"
        // Before the draw, nobody is let in.
        guard statement.position > 0 else {
            guard statement.state == .admitted else { return }
            throw LineViolation("\(wrong) was let in before the draw")
        }
        switch statement.state {
        case .admitted where checkpoint.at > statement.at + clockTolerance && checkpoint.admitted < statement.position:
            throw LineViolation(
                "\(wrong) was let in by \(statement.at), but only \(checkpoint.admitted) were by \(checkpoint.at): it passed others"
            )
        case .waiting where checkpoint.at + clockTolerance < statement.at && checkpoint.admitted >= statement.position:
            throw LineViolation(
                "\(wrong) still waited at \(statement.at), but \(checkpoint.admitted) were let in by \(checkpoint.at): it was skipped"
            )
        default: return
        }
    }
}

/// The result of a check of a draw: from its record, the log of its line, and perhaps an earlier record and a receipt.
package struct LineDrawAudit: Sendable {
    package let record: LineDrawRecord
    package let list: LineDrawRecord.List
    /// Without a beacon, the operator could have added accounts until the order suited.
    package let hasBeacon: Bool
    /// The number of the receipt's place. Nil without a receipt, and for a place that joined after the list was closed.
    package let position: Int64?

    /// Throws the first violation.
    package init(
        _ record: LineDrawRecord, log: LineFile, early: LineDrawRecord? = nil, receipt: LineFile? = nil,
        publicKeys: [[UInt8]]
    ) throws(LineViolation) {
        for record in [record] + (early.map { [$0] } ?? []) where !record.isSigned(by: publicKeys) {
            throw LineViolation("the record of the draw is not signed by the key of the site")
        }
        _ = try LineAudit(log, receipt, publicKeys: publicKeys)
        guard record.origin == log.checkpoint.origin, early.map({ $0.origin == record.origin }) ?? true else {
            throw LineViolation("the record and \(log.name) are about different lines")
        }
        guard let list = record.list, let result = record.result else {
            throw LineViolation("the draw of \(record.origin.text) has not happened yet")
        }
        if let early { try Self.compare(early, record) }
        guard SHA256Hash(of: result.secret) == record.secretHash else {
            throw LineViolation("the secret is not the one that was promised")
        }
        guard log.root(at: list.count) == list.root else {
            throw LineViolation(
                "the first \(list.count) places of \(log.name) do not give the root of the draw: the list was changed")
        }
        (self.record, self.list, hasBeacon) = (record, list, !result.beacon.isEmpty)
        position =
            try receipt?.receipt.map { receipt throws(LineViolation) in
                try Self.position(of: receipt, in: record.origin.room, list, result)
            } ?? nil
    }

    private static func compare(_ early: LineDrawRecord, _ record: LineDrawRecord) throws(LineViolation) {
        guard early.round == record.round else {
            throw LineViolation("round \(early.round) was promised, and round \(record.round) was used")
        }
        guard early.secretHash == record.secretHash else {
            throw LineViolation("the secret is not the one that was promised")
        }
        guard early.list == nil || early.list == record.list else {
            throw LineViolation("the list of participants was changed after it was closed")
        }
        guard early.result == nil || early.result == record.result else {
            throw LineViolation("the draw was repeated: the earlier record has another result")
        }
    }

    private static func position(
        of receipt: LineReceipt, in room: RoomID, _ list: LineDrawRecord.List, _ result: LineDrawRecord.Result
    ) throws(LineViolation) -> Int64 {
        let leaf = receipt.leaf.number - 1
        guard leaf < list.count else { return receipt.leaf.number }
        let seed = LineDraw.seed(
            of: room, participants: list.count, root: list.root, secret: result.secret, beacon: result.beacon)
        let order = LineDraw.order(seed: seed, count: list.count)
        let number = Int64((order.firstIndex(of: UInt32(leaf)) ?? 0) + 1)
        let stated = receipt.statement.position
        guard stated == 0 || stated == number else {
            throw LineViolation(
                "the first wrong leaf is \(leaf): place \(leaf + 1) drew number \(number), and the service says \(stated)"
            )
        }
        return number
    }
}
