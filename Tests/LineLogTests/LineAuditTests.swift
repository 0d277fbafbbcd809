import Encoding
import Identity
import Kernel
import LineLog
import Testing

@Suite struct LineAuditTests {
    @Test func `a receipt is valid, and small at a million places`() throws {
        let line = TestLine(count: 11)
        let audit = try line.audit(line.receipt(of: 6))
        #expect(audit.receipts.first?.leaf.number == 6 && audit.samePlaceCount == nil)
        let leaf = LineLeaf(room: TestLine.room, number: 999_999, joinedAt: line.now, place: PlaceID(high: 7, low: 1))
        let checkpoint = LineCheckpoint(
            of: LineOrigin(site: "tickets.example.com", room: TestLine.room), size: 1_000_000, root: leaf.hash,
            admitted: 999_998, at: line.now, signedWith: line.keys)
        let statement = PlaceStatement(
            .waiting, position: 999_999, of: leaf, at: line.now, signedWith: line.keys)
        let path = [SHA256Hash](repeating: leaf.hash, count: 20)
        #expect(LineReceipt(of: leaf, path: path, in: checkpoint, statement).text.utf8.count < 1500)
    }

    @Test func `two receipts of a place prove that nobody was put in front of it`() throws {
        var line = TestLine(count: 11)
        let receipt = line.receipt(of: 6)
        line.places += [PlaceID(high: 8, low: 1), PlaceID(high: 8, low: 2)]
        #expect(try line.audit(receipt, line.receipt(of: 6)).samePlaceCount == 8)
        #expect(try line.audit(receipt, line.log).samePlaceCount == 11)
        #expect(try line.audit(receipt, line.consistency(from: 11)).samePlaceCount == 11)
    }

    @Test func `a log proves each place of an earlier log`() throws {
        var line = TestLine(count: 300)
        let log = line.log
        line.places.append(PlaceID(high: 8, low: 1))
        #expect(try line.audit(log, line.log).samePlaceCount == 300)
        #expect(try line.audit(log, line.receipt(of: 300)).samePlaceCount == 300)
    }

    @Test func `a place that is put in front is found by every later file`() throws {
        var line = TestLine(count: 11)
        let (receipt, log) = (line.receipt(of: 6), line.log)
        line.places.insert(PlaceID(high: 8, low: 1), at: 0)
        let four =
            "the first wrong leaf is one of 0 to 3: places 1 to 4 are not the same in FILE and LATER, so the line was changed"
        #expect(line.violation(receipt, line.receipt(of: 6)) == four)
        #expect(line.violation(receipt, line.log) == four)
        #expect(
            line.violation(log, line.log)
                == "the first wrong leaf is 0: place 1 is not the same in FILE and LATER, so the line was changed")
        #expect(
            line.violation(log, try line.consistency(from: 11))
                == "the first wrong leaf is one of 0 to 10: LATER does not prove that the line still begins with the 11 places of FILE"
        )
    }

    @Test func `two swapped places and a dropped one are found`() {
        var line = TestLine(count: 11)
        let (receipt, log) = (line.receipt(of: 6), line.log)
        line.places.swapAt(5, 7)
        let wrong = "the first wrong leaf is 5: place 6 is not the same in FILE and LATER, so the line was changed"
        #expect(line.violation(receipt, line.log) == wrong && line.violation(log, line.log) == wrong)
        #expect(
            line.violation(receipt, line.receipt(of: 6))?.hasPrefix(
                "the first wrong leaf is one of 4 to 5: places 5 to 6 ")
                == true)
        line.places += [PlaceID(high: 8, low: 7)]
        line.places.remove(at: 0)
        #expect(line.violation(receipt, line.receipt(of: 6)) != nil)
        line = TestLine(count: 11, keys: line.keys)
        line.places.remove(at: 5)
        line.places.append(PlaceID(high: 8, low: 1))
        #expect(line.violation(receipt, line.log) == wrong && line.violation(log, line.log) == wrong)
    }

    @Test func `two roots of one size are found`() {
        let line = TestLine(count: 11)
        var other = line
        other.places[10] = PlaceID(high: 8, low: 1)
        for (mine, yours, leaves) in [(1, 2, "one of 8 to 10"), (1, 10, "one of 8 to 10"), (11, 8, "one of 8 to 10")]
            as [(UInt64, UInt64, String)]
        {
            let violation = line.violation(line.receipt(of: mine), other.receipt(of: yours))
            #expect(violation?.hasPrefix("the first wrong leaf is \(leaves): ") == true, "\(violation ?? "none")")
        }
        #expect(
            line.violation(line.log, other.receipt(of: 3))?.hasPrefix("the first wrong leaf is one of 8 to 10: ")
                == true)
        #expect(
            line.violation(line.receipt(of: 3), other.log)?.hasPrefix("the first wrong leaf is one of 8 to 10: ")
                == true)
        #expect(line.violation(line.log, other.log)?.hasPrefix("the first wrong leaf is 10: place 11 ") == true)
    }

    @Test func `a place that was let in too early or was skipped is found`() {
        var line = TestLine(count: 11)
        line.admitted = 2
        let jump = line.receipt(of: 6, .admitted)
        let early = line.log
        line.now = line.now + LineAudit.clockTolerance
        #expect(line.violation(jump, line.log) == nil)
        line.now = line.now + .milliseconds(1)
        #expect(
            line.violation(jump, line.log)?.hasPrefix("the first wrong leaf is 5: place 6 was let in by 2026-") == true)
        line.admitted = 7
        #expect(line.violation(early, line.receipt(of: 6, .waiting)) == nil)
        let late = line.log
        line.now = line.now + LineAudit.clockTolerance + .milliseconds(1)
        #expect(line.violation(late, line.receipt(of: 6, .ended)) == nil)
        #expect(
            line.violation(late, line.receipt(of: 6, .waiting))?.hasPrefix(
                "the first wrong leaf is 5: place 6 still waited at 2026-") == true)
        line.places.append(PlaceID(high: 8, low: 1))
        line.admitted = 6
        #expect(
            line.violation(late, line.log)
                == "FILE has admitted 7 places, and LATER only 6: this number only grows")
    }

    @Test func `a place that was let in before the draw is found`() {
        let line = TestLine(count: 11)
        #expect(line.violation(line.receipt(of: 6, .waiting, position: 0)) == nil)
        #expect(
            line.violation(line.receipt(of: 6, .admitted, position: 0))
                == "the first wrong leaf is 5: place 6 was let in before the draw")
    }

    @Test func `a place that moved behind others is found by its two receipts alone`() {
        var line = TestLine(count: 3)
        let receipt = line.receipt(of: 3)
        line.places = [1, 2, 8, 9, 3].map { PlaceID(high: 7, low: $0) }
        #expect(
            line.violation(receipt, line.receipt(of: 3))
                == "the first wrong leaf is 2: place 3 of FILE has number 5 in LATER")
    }

    @Test func `every changed byte of a receipt is found`() {
        let line = TestLine(count: 11)
        let receipt = line.receipt(of: 6)
        let bytes = Array(receipt.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            let text = String(decoding: changed, as: UTF8.self)
            #expect(line.violation(text) != nil, "byte \(index) of \(receipt)")
        }
    }

    @Test func `files of another line, key or kind are refused`() throws {
        let line = TestLine(count: 11)
        let stranger = TestLine(count: 11)
        #expect(stranger.violation(line.receipt(of: 6)) == "FILE: the checkpoint is not signed by the key of the site")
        #expect(line.violation("hello")?.hasPrefix("FILE is damaged") == true)
        #expect(line.violation(try line.consistency(from: 3))?.hasSuffix("name the earlier file first") == true)
        let room = LineCheckpoint(
            of: LineOrigin(site: "tickets.example.com", room: RoomID(high: 1, low: 3)), size: 11,
            root: line.checkpoint.root, admitted: 0, at: line.now, signedWith: line.keys)
        let elsewhere = LineFile.log(line.leaves.map(\.hash), room.note.whole)
        #expect(line.violation(line.log, elsewhere)?.hasPrefix("FILE is about line tickets.example.com/line/") == true)
        var longer = line
        longer.places.append(PlaceID(high: 8, low: 1))
        #expect(line.violation(longer.log, line.log) == "LATER is older than FILE: name the older file first")
        #expect(
            line.violation(line.log, try longer.consistency(from: 3))
                == "LATER proves the line from 3 places on, and FILE has 11")
    }

    @Test(arguments: [8, 11]) func `a forged proof of consistency is found`(size: UInt64) throws {
        let line = TestLine(count: size)
        var changed = line
        changed.places[0] = PlaceID(high: 8, low: 1)
        changed.places += [PlaceID(high: 8, low: 2), PlaceID(high: 8, low: 3)]
        let honest = try changed.consistency(from: Int(size))
        let wrong = "the first wrong leaf is one of 0 to \(size - 1): "
        #expect(line.violation(line.log, honest)?.hasPrefix(wrong) == true)
        let (root, count) = (changed.checkpoint.root, Int(size) + 2)
        let whole = KnownHashes([0..<count: root])
        #expect(whole.hash(0..<count) == root, "the hash of all leaves alone gives the new root")
        let text = "0 \(count) \(Base64.text(of: root.bytes))\n"
        let note = "\n" + changed.checkpoint.note.whole
        let title = "onsale line consistency v1\nfrom \(size)\n"
        #expect(line.violation(line.log, title + text + note)?.hasPrefix("LATER is damaged") == true)
        let more = honest.replacing("from \(size)\n", with: "from \(size)\n\(text)")
        #expect(line.violation(line.log, more)?.hasPrefix("LATER is damaged") == true)
    }

    @Test func `leaves that the checkpoint of a log does not have accuse no one`() {
        var line = TestLine(count: 11)
        let (log, leaf) = (line.log, Base64.text(of: SHA256Hash.numbered(1).bytes))
        line.places.append(PlaceID(high: 8, low: 1))
        let end = "\n\n\(line.checkpoint.origin.text)"
        let longer = log.replacing(end, with: "\n\(leaf)\(end)", maxReplacements: 1)
        #expect(longer != log && line.violation(longer, line.log)?.hasPrefix("FILE is damaged") == true)
    }

    @Test func `a published key is read back`() {
        let key = LineKeys(.random()).publicKeys[0]
        let text = SignedNote.keyText(of: key, named: "tickets.example.com/line")
        #expect(SignedNote.publicKey(from: text) == key && SignedNote.publicKey(from: "tickets+12+AAAA") == nil)
    }
}
