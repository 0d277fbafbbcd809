import Identity
import Kernel
import LineLog
import Testing

@Suite struct LineDrawTests {
    /// The result of `proto/example/verify_draw.py` for SHA-256("seed") and ten places.
    private static let vector: [UInt32] = [9, 3, 1, 5, 8, 0, 4, 2, 6, 7]

    @Test func `the order is that of the example in Python`() {
        #expect(LineDraw.order(seed: SHA256Hash(of: Array("seed".utf8)), count: 10) == Self.vector)
        #expect(
            LineDraw.order(seed: SHA256Hash(of: []), count: 0) == []
                && LineDraw.order(seed: SHA256Hash(of: []), count: 1) == [0])
    }

    /// The limit of chi-square with 19 degrees of freedom for p = 0.001.
    @Test func `over 1,000 seeds the numbers of ten places are spread evenly`() {
        let places = [0, 1, 2, 10, 100, 499, 500, 900, 998, 999]
        var counts = [[Int]](repeating: [Int](repeating: 0, count: 20), count: places.count)
        for seed in 0..<1000 {
            let order = LineDraw.order(seed: SHA256Hash(of: Array("\(seed)".utf8)), count: 1000)
            #expect(Set(order).count == 1000)
            for (index, place) in places.enumerated() {
                counts[index][(order.firstIndex(of: UInt32(place)) ?? 0) / 50] += 1
            }
        }
        for (place, counts) in zip(places, counts) {
            let chiSquare = counts.reduce(0.0) { $0 + Double(($1 - 50) * ($1 - 50)) / 50 }
            #expect(chiSquare < 43.82, "place \(place)")
        }
    }
}

/// A draw among the eleven places of a line, and every change of it.
@Suite struct LineDrawAuditTests {
    private let line = TestLine(count: 11)
    private let secret = [UInt8](repeating: 3, count: 32)
    private let beacon = [UInt8](repeating: 7, count: 48)

    private func record(
        round: Int64 = 5, promised: [UInt8]? = nil, list: LineDrawRecord.List? = nil,
        result: LineDrawRecord.Result? = nil, isPromise: Bool = false
    ) throws -> LineDrawRecord {
        let tree = line.tree
        let list = list ?? LineDrawRecord.List(count: 8, root: tree.root(at: 8))
        let record = LineDrawRecord(
            of: line.checkpoint.origin, round: round, secretHash: SHA256Hash(of: promised ?? secret),
            list: isPromise ? nil : list, result: result ?? LineDrawRecord.Result(secret: secret, beacon: beacon),
            signedWith: line.keys)
        return try #require(LineDrawRecord(record.note.whole))
    }

    private func number(of leaf: Int, beacon: [UInt8]? = nil) -> Int64 {
        let seed = LineDraw.seed(
            of: TestLine.room, participants: 8, root: line.tree.root(at: 8), secret: secret,
            beacon: beacon ?? self.beacon)
        return Int64((LineDraw.order(seed: seed, count: 8).firstIndex(of: UInt32(leaf)) ?? 0) + 1)
    }

    private func audit(
        _ record: LineDrawRecord, early: LineDrawRecord? = nil, receipt: String? = nil
    ) throws(LineViolation) -> LineDrawAudit {
        let receipt = try receipt.map { text throws(LineViolation) in try LineFile(text, named: "RECEIPT") }
        return try LineDrawAudit(
            record, log: LineFile(line.log, named: "LOG"), early: early, receipt: receipt,
            publicKeys: line.keys.publicKeys)
    }

    private func violation(
        _ record: LineDrawRecord, early: LineDrawRecord? = nil, receipt: String? = nil
    ) -> String? {
        do throws(LineViolation) {
            _ = try audit(record, early: early, receipt: receipt)
            return nil
        } catch { return error.description }
    }

    @Test func `a draw is valid, and gives each participant a number`() throws {
        let audit = try audit(
            record(), early: record(isPromise: true), receipt: line.receipt(of: 4, position: number(of: 3)))
        #expect(audit.hasBeacon && audit.list.count == 8 && audit.position == number(of: 3))
        #expect(try self.audit(record(), receipt: line.receipt(of: 10)).position == 10)
        let bare = try record(result: .init(secret: secret, beacon: []))
        #expect(try !self.audit(bare).hasBeacon)
    }

    @Test func `a changed list, secret, round, result or number is found`() throws {
        let promise = try record(isPromise: true)
        let list = LineDrawRecord.List(count: 8, root: line.tree.root(at: 7))
        #expect(violation(try record(list: list))?.hasSuffix("the list was changed") == true)
        let other = [UInt8](repeating: 4, count: 32)
        let secretText = "the secret is not the one that was promised"
        #expect(violation(try record(result: .init(secret: other, beacon: beacon))) == secretText)
        let exchanged = try record(promised: other, result: .init(secret: other, beacon: beacon))
        #expect(violation(exchanged, early: promise) == secretText)
        #expect(violation(try record(round: 6), early: promise) == "round 5 was promised, and round 6 was used")
        let again = try record(result: .init(secret: secret, beacon: []))
        #expect(violation(again, early: try record())?.hasPrefix("the draw was repeated") == true)
        let wrong = number(of: 3) % 8 + 1
        #expect(
            violation(try record(), receipt: line.receipt(of: 4, position: wrong))
                == "the first wrong leaf is 3: place 4 drew number \(number(of: 3)), and the service says \(wrong)")
        #expect(violation(promise)?.hasSuffix("has not happened yet") == true)
    }

    @Test func `every changed byte of a record is found`() throws {
        let bytes = Array(try record().note.whole.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            guard let record = LineDrawRecord(String(decoding: changed, as: UTF8.self)) else { continue }
            #expect(violation(record) != nil, "byte \(index)")
        }
    }
}
