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
                "\(first.name) has admitted \(old.admitted) places, and \(later.name) only \(new.admitted): this number only grows",
                isProof: true)
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
                "the first wrong leaf is \(number - 1): place \(before.number) of \(first.name) has number \(after.number) in \(later.name)",
                isProof: true)
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
            // The site has not signed these hashes, so the line or the file was changed.
            throw LineViolation(
                "the first wrong leaf is one of 0 to \(size - 1): \(later.name) does not prove that the line still begins with the \(size) places of \(first.name)"
            )
        }
        return size
    }

    /// A statement and a checkpoint must tell one order of admissions.
    private static func checkOrder(of receipt: LineReceipt, at checkpoint: LineCheckpoint) throws(LineViolation) {
        let (number, statement) = (receipt.leaf.number, receipt.statement)
        let wrong = "the first wrong leaf is \(number - 1): place \(number)"
        // Before the draw, no user is let in.
        guard statement.position > 0 else {
            guard statement.state == .admitted else { return }
            throw LineViolation("\(wrong) was let in before the draw", isProof: true)
        }
        switch statement.state {
        case .admitted where checkpoint.at > statement.at + clockTolerance && checkpoint.admitted < statement.position:
            throw LineViolation(
                "\(wrong) was let in by \(statement.at), but only \(checkpoint.admitted) were by \(checkpoint.at): it passed others",
                isProof: true)
        case .waiting where checkpoint.at + clockTolerance < statement.at && checkpoint.admitted >= statement.position:
            throw LineViolation(
                "\(wrong) still waited at \(statement.at), but \(checkpoint.admitted) were let in by \(checkpoint.at): it was skipped",
                isProof: true)
        default: return
        }
    }
}
