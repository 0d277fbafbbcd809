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
        round: Int64 = 34_065_545, promised: [UInt8]? = nil, list: LineDrawRecord.List? = nil,
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

    private func order(beacon: [UInt8]? = nil) -> [UInt32] {
        let seed = LineDraw.seed(
            of: TestLine.room, participants: 8, root: line.tree.root(at: 8), secret: secret,
            beacon: beacon ?? self.beacon)
        return LineDraw.order(seed: seed, count: 8)
    }

    private func number(of leaf: Int) -> Int64 { Int64((order().firstIndex(of: UInt32(leaf)) ?? 0) + 1) }

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
        let leaves = ". The first wrong leaf is one of 0 to 7"
        #expect(violation(try record(list: list))?.hasSuffix("so the list was changed\(leaves)") == true)
        let changed = violation(try record(), early: try record(list: list))
        #expect(changed == "the list of participants was changed after it was closed\(leaves)")
        let other = [UInt8](repeating: 4, count: 32)
        let secretText = "the secret is not the one that was promised\(leaves)"
        #expect(violation(try record(result: .init(secret: other, beacon: beacon))) == secretText)
        let exchanged = try record(promised: other, result: .init(secret: other, beacon: beacon))
        #expect(violation(exchanged, early: promise) == secretText)
        let rounds = "round 34065545 was promised, and round 6 was used\(leaves)"
        #expect(violation(try record(round: 6), early: promise) == rounds)
        let wrong = number(of: 3) % 8 + 1
        #expect(
            violation(try record(), receipt: line.receipt(of: 4, position: wrong))
                == "the first wrong leaf is 3: place 4 drew number \(number(of: 3)), and the service says \(wrong)")
        #expect(
            violation(try record(), receipt: line.receipt(of: 10, position: 1))
                == "the first wrong leaf is 9: place 10 has number 10, and the service says 1")
        #expect(violation(promise)?.hasSuffix("has not happened yet") == true)
    }

    @Test func `a repeated draw is found, and the first number that it changed`() throws {
        let again = try record(result: .init(secret: secret, beacon: []))
        let (before, after) = (order(), order(beacon: []))
        let index = try #require(before.indices.first { before[$0] != after[$0] })
        let wrong = "The first wrong leaf is \(after[index]): place \(after[index] + 1) now has number \(index + 1)"
        let drew = "\(wrong), which place \(before[index] + 1) drew"
        #expect(violation(again, early: try record())?.hasSuffix(drew) == true)
        #expect(violation(try record(), early: try record()) == nil)
    }

    @Test func `a beacon from before the end of the list, or from after the numbers, is found`() throws {
        // Published one second before all places joined. The clocks may differ by ten seconds.
        let (round, seconds) = (Int64(34_065_545), LineAudit.clockTolerance)
        #expect(Quicknet.publication(of: round) == TestLine.start - .seconds(1))
        #expect(Quicknet.publication(of: .max) == .distantFuture)
        func violation(_ round: Int64, _ receipt: String? = nil) throws -> String? {
            self.violation(try record(round: round), receipt: receipt)
        }
        let drawn = line.receipt(of: 4, position: number(of: 3))
        #expect(try violation(round, drawn) == nil && violation(round - 3, drawn) == nil)
        let place = "the first wrong leaf is 3: place 4"
        #expect(try violation(round - 4, drawn)?.hasPrefix("\(place) joined at 2026-") == true)
        #expect(try violation(round - 4, line.receipt(of: 10)) == nil, "it joined after the list was closed")
        #expect(try violation(round + 3, drawn) == nil)
        #expect(try violation(round + 4, drawn)?.hasPrefix("\(place) had a number at 2026-") == true)
        #expect(try violation(round + 4, line.receipt(of: 4, position: 0)) == nil)
        var early = line
        early.places.removeLast(4)
        early.now = line.now + seconds
        #expect(try violation(round, early.receipt(of: 1, position: 0))?.contains("and the list still grew at") == true)
        let other = try record(round: 1, result: .init(secret: secret, beacon: beacon + beacon))
        #expect(self.violation(other) == nil, "another network")
    }

    @Test func `a receipt of another line than the log is found, whichever is older`() throws {
        var changed = line
        changed.places.swapAt(2, 5)
        let late = changed.receipt(of: 5, position: number(of: 4))
        #expect(violation(try record(), receipt: late)?.hasPrefix("the first wrong leaf is ") == true)
        changed.places.removeLast(3)
        let early = changed.receipt(of: 5, position: 0)
        #expect(violation(try record(), receipt: early)?.hasPrefix("the first wrong leaf is ") == true)
        var before = line
        before.places.removeLast(3)
        #expect(try audit(record(), receipt: before.receipt(of: 5, position: 0)).position == number(of: 4))
    }

    @Test func `a record of more places than memory can hold is refused`() throws {
        let list = LineDrawRecord.List(count: 1 << 40, root: line.tree.root(at: 8))
        let note = LineDrawRecord(
            of: line.checkpoint.origin, round: 5, secretHash: SHA256Hash(of: secret), list: list, result: nil,
            signedWith: line.keys
        ).note
        #expect(LineDrawRecord(note.whole) == nil)
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
