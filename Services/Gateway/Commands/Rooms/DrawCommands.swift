import CommandLine
import Encoding
import Files
import Journeys
import Kernel
import LineLog
import QueueAPI

/// Closes the list of a draw, draws, and checks a draw.
enum DrawCommands {
    private static let beacon = Option(
        "beacon", .text("SIGNATURE"), "signature of the round, as drand publishes it; - reads it from standard input")
    private static let signatureByteCounts = [48, 96]
    private static let withoutBeacon = Option(
        "without-beacon", .flag, "draw without the beacon. Everyone who checks the draw sees it")

    static let close = Command(
        "admin room close-draw", "Closes the list of a draw. Users who join later stand behind it.",
        details: """
            Close the list before the round is published, because then no one can change it to suit the result. A room with
            --opens-at closes the list by itself at that time.
            """,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name], examples: ["fair-sale"],
        run: { run in
            let room = try await RoomSettings.room(run)
            let request = CloseDrawRequest(roomID: room.roomID)
            RoomCommands.show(try await run.caller.call(QueueMethods.closeDraw, request).room, run)
        })

    static let draw = Command(
        "admin room draw", "Draws the numbers of the users on the closed list, and opens the room.",
        details: """
            --beacon is the field signature of https://api.drand.sh/v2/beacons/quicknet/rounds/ROUND, in hexadecimal digits.
            The service does not check it, but everyone can: gateway verify-draw says how. If the beacon does not come, the
            room stays closed, or pass --without-beacon.
            """,
        calls: [.queue], caller: .operator, operands: [RoomSettings.name],
        flags: [beacon, withoutBeacon, CommonFlags.yes],
        examples: [
            "fair-sale --beacon - < beacon", "fair-sale --without-beacon --yes",
        ],
        run: { run in
            guard (run[beacon] == nil) == run[withoutBeacon] else {
                throw GatewayError.usage("pass either \(beacon.flag) or \(withoutBeacon.flag)")
            }
            let beacon = try run[beacon].map { try signature($0, run) }
            let room = try await RoomSettings.room(run)
            if beacon == nil {
                try run.questions.requireConfirmation(
                    "Draw \(room.name) without a beacon? Then nothing proves that the list was not chosen to suit the order.",
                    unchanged: "the draw has not happened")
            }
            RoomCommands.show(try await LineProofs(run.caller).draw(room.roomID, beacon: beacon), run)
        })

    private static func signature(_ given: String, _ run: Invocation) throws -> [UInt8] {
        let text = given == "-" ? run.console.input.line() ?? "" : given
        if let bytes = Hexadecimal.bytes(of: text), signatureByteCounts.contains(bytes.count) { return bytes }
        throw GatewayError.usage(
            "\(beacon.flag) \(text.printable) is no signature of drand, which has 96 or 192 hexadecimal digits")
    }

    private static let record = Operand("DRAW", .path)
    private static let list = Option("list", .path, "log of the line, of: gateway line --output-file")
    private static let early = Option("early", .path, "file of the same draw from before it happened")
    private static let receipt = Option("receipt", .path, "receipt of a place, to compute its number")

    static let verify = Command(
        "verify-draw", "Checks the draw of a line from files. Needs no network.",
        details: """
            DRAW is a file of gateway line --draw-file. It checks that the secret is the one that was promised, and that the
            list is the beginning of the log. With --receipt it computes the number of a place. It exits with 1 if anything was
            changed, or if the round was published before the list was closed or after the numbers were known. To check the
            beacon itself, use a program for drand, such as drand-verify of PyPI.
            """,
        operands: [record], flags: [list, early, receipt, LineProofCommands.key],
        examples: ["draw.note --list fair.log --receipt fair.tlog-proof --early promise.note"],
        run: { run in
            let path = try run.required(list)
            let keys = try LineProofCommands.keys(run)
            do {
                let log = try LineProofCommands.read(path, as: list.flag)
                let audit = try LineDrawAudit(
                    try read(run[record], as: "DRAW"), log: log,
                    early: try run[early].map { try read($0, as: early.flag) },
                    receipt: try run[receipt].map { try LineProofCommands.read($0, as: receipt.flag) }, publicKeys: keys
                )
                show(audit, run)
            } catch let violation as LineViolation {
                throw LineProofCommands.refused(violation)
            }
        })

    private static func read(_ path: String, as flag: String) throws -> LineDrawRecord {
        let text = try InputFile.required(path, by: flag, isSecret: false)
        if let record = LineDrawRecord(text) { return record }
        throw GatewayError(.file, "\(flag): \(path) is damaged, or no file of gateway line --draw-file")
    }

    private static func publication(of record: LineDrawRecord, _ run: Invocation) -> String {
        guard record.result?.beacon.count == Quicknet.signatureByteCount else { return "" }
        return ", published by quicknet on \(run.localTime(Quicknet.publication(of: record.round)))"
    }

    private static func show(_ audit: LineDrawAudit, _ run: Invocation) {
        let record = audit.record
        let beacon =
            audit.hasBeacon
            ? "Beacon of round \(record.round)\(publication(of: record, run)): \(Hexadecimal.text(of: record.result?.beacon ?? []))"
            : "WITHOUT A BEACON: the operator could have added accounts until the order suited."
        let number = audit.position.map { ["The place of the receipt has number \($0)."] } ?? []
        run.show(
            .object([
                "isValid": .bool(true), "line": .string(record.origin.text), "round": .count(record.round),
                "participants": .count(audit.list.count), "hasBeacon": .bool(audit.hasBeacon),
                "beacon": .string(Hexadecimal.text(of: record.result?.beacon ?? [])),
                "number": audit.position.map { .count($0) },
            ]),
            ([
                "Line \(record.origin.text)",
                "\(audit.list.count) users took part, and the order follows from the draw.",
            ] + number + [beacon]).joined(separator: "\n"))
    }
}
