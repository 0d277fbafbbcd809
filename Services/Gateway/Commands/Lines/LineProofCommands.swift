import CommandLine
import Files
import Journeys
import Kernel
import LineLog
import QueueAPI

/// Stores the proofs of a waiting line, and checks them.
enum LineProofCommands {
    /// A log of ten million places.
    private static let maximumFileBytes = 512 << 20

    static let receipt = Option("receipt", .path, "write the proof of your number in the line to this new file")
    private static let output = Option("output-file", .path, "write the hashes of all places to this new file")
    private static let since = Option(
        "since", .path,
        "with --output-file, write the proof that the line of this earlier file is the beginning of the present one")
    private static let drawFile = Option(
        "draw-file", .path, "write what the site has signed about the draw of the line to this new file")
    static let key = Option("key", .lineKey, "public key of the site, as it publishes it")
    private static let target = Operand("CONCERT/DATE", .target)
    private static let file = Operand("FILE", .path)
    private static let later = Operand(optional: "LATER", .path)

    /// Writes the receipt of a place.
    static func writeReceipt(of place: RecentActivity.Place, to path: String, _ run: Invocation) async throws {
        let receipt = try await LineProofs(run.caller).receipt(of: place)
        try write(receipt.text, to: path)
        try LineKeyFile(run.configuration).add(receipt.keys, run)
        run.note("Receipt: \(path). To check it, now or after the sale: gateway verify \(path)")
    }

    static let show = Command(
        "line", "Shows the state of a waiting line as the service signed it, and gets files to check the whole line.",
        details: """
            Needs no sign-in. --output-file writes a hash of each place. With --since FILE, a receipt or an earlier log, it
            writes the short proof that no place of the earlier line was moved, dropped or replaced. Check the files with:
            gateway verify.
            """,
        calls: [.queue, .concert], operands: [target], flags: [output, since, drawFile],
        examples: [
            "moon-tour", "room:summer-sale --output-file line.log",
            "moon-tour --since moon-tour.tlog-proof --output-file later.proof",
        ],
        run: { run in
            guard let entrance = try await WaitingLine(run.caller).entrance(to: run[target]) else {
                throw GatewayError.refused("\(run[target].text) has no waiting line")
            }
            let proofs = LineProofs(run.caller)
            if let path = run[output] {
                let size = try run[since].map { try read($0, as: since.flag).checkpoint.size }
                let file =
                    if let size {
                        try await proofs.consistency(of: entrance.room, from: size)
                    } else { try await proofs.log(of: entrance.room) }
                try write(file.text, to: path)
            } else if run[since] != nil {
                throw GatewayError.usage("\(since.flag) needs \(output.flag). Pass both, or neither")
            }
            if let path = run[drawFile] { try write(try await proofs.draw(of: entrance.room), to: path) }
            let reply = try await proofs.checkpoint(of: entrance.room)
            try LineKeyFile(run.configuration).add(reply.keys, run)
            try show(reply, of: entrance, run)
        })

    private static func show(
        _ reply: ShowCheckpointReply, of entrance: WaitingLine.Entrance, _ run: Invocation
    ) throws {
        let checkpoint = reply.size == 0 ? nil : try LineCheckpoint(shown: reply.checkpoint)
        let state = checkpoint.map { checkpoint in
            "\(checkpoint.size) places, of which \(checkpoint.admitted) were let in by \(run.localTime(checkpoint.at)):\n\n"
        }
        run.show(
            .object([
                "target": .string(entrance.target), "roomId": .id(entrance.room), "size": .count(reply.size),
                "admitted": checkpoint.map { .count($0.admitted) }, "at": .time(checkpoint?.at),
                "checkpoint": .text(reply.checkpoint), "keys": .list(reply.keys) { .string($0) },
            ]),
            (state ?? "No user has joined this line yet.\n") + reply.checkpoint + "\n"
                + reply.keys.map { "Key of the site: \($0)" }.joined(separator: "\n"))
    }

    static let verify = Command(
        "verify", "Checks a receipt of a place, alone or against a later file. Needs no network.",
        details: """
            FILE is a receipt of gateway place --receipt, or a log of gateway line. With LATER, a file of the same line from
            a later time, it also checks that the places in front are still the same ones in the same order. It exits with 1
            and names the first wrong place if the line was changed. --key is the key that the site publishes. If not given,
            it is the key that this machine has seen first.
            """,
        operands: [file, later], flags: [key],
        examples: ["moon-tour.tlog-proof", "moon-tour.tlog-proof later.proof"],
        run: { run in
            let keys = try keys(run)
            do {
                let first = try read(run[file], as: "FILE")
                let later = try run[later].map { try read($0, as: "LATER") }
                show(try LineAudit(first, later, publicKeys: keys), run)
            } catch let violation as LineViolation {
                throw refused(violation)
            }
        })

    static func refused(_ violation: LineViolation) -> GatewayError {
        let hint = "Keep the files: with the key of the site, they are the proof"
        return GatewayError.refused(violation.description, hint: violation.isProof ? hint : nil)
    }

    static func keys(_ run: Invocation) throws -> [[UInt8]] {
        try run[key].map { [$0] } ?? LineKeyFile(run.configuration).required()
    }

    private static func show(_ audit: LineAudit, _ run: Invocation) {
        guard let checkpoint = audit.checkpoints.last else { return }
        let places = audit.receipts.map { receipt in
            "Place \(receipt.leaf.number) of \(receipt.checkpoint.size) is proven\(text(receipt, run))."
        }
        let admitted = "By \(run.localTime(checkpoint.at)), \(checkpoint.admitted) places were let in."
        let same = audit.samePlaceCount.map { "The first \($0) places are the same in both files." }
        run.show(
            .object([
                "isValid": .bool(true), "line": .string(checkpoint.origin.text), "size": .count(checkpoint.size),
                "admitted": .count(checkpoint.admitted), "at": .time(checkpoint.at),
                "places": .list(audit.receipts) { .count($0.leaf.number) },
                "samePlaces": audit.samePlaceCount.map { .count($0) },
            ]),
            (["Line \(checkpoint.origin.text)"] + places + [same, admitted].compactMap { $0 }).joined(separator: "\n"))
    }

    private static func text(_ receipt: LineReceipt, _ run: Invocation) -> String {
        let (statement, time) = (receipt.statement, run.localTime(receipt.statement.at))
        let state =
            switch statement.state {
            case .waiting: ", and waited on \(time)"
            case .admitted: ", and had been let in by \(time)"
            case .ended: ", and had been given up by \(time)"
            }
        switch statement.position {
        case receipt.leaf.number: return state
        case 0: return state + ", before the draw"
        default: return state + ". The draw gave it number \(statement.position); to check this: gateway verify-draw"
        }
    }

    // MARK: Files

    static func read(_ path: String, as flag: String) throws -> LineFile {
        let text = try InputFile.required(path, by: flag, isSecret: false, maximumBytes: maximumFileBytes)
        guard LineDrawRecord(text) == nil else {
            throw GatewayError(.file, "\(flag): \(path) is about a draw", hint: "To check it: gateway verify-draw")
        }
        return try LineFile(text, named: path)
    }

    private static func write(_ text: String, to path: String) throws(GatewayError) {
        do throws(SystemError) { try AtomicFile.write(text, to: path, replacing: false) } catch {
            throw GatewayError(.file, "cannot write \(path): \(error)", hint: "Name another file")
        }
    }
}

/// The public keys of sites that this machine has seen first. A later key of a site counts only beside one of them.
struct LineKeyFile {
    private static let name = "line-keys"

    private let configuration: ConfigurationFolder

    init(_ configuration: ConfigurationFolder) {
        self.configuration = configuration
    }

    func add(_ texts: [String], _ run: Invocation) throws {
        let shown = texts.compactMap { SignedNote.publicKey(from: $0) }
        try configuration.update(Self.name) { text in
            let known = Self.keys(in: text)
            guard known.isEmpty || shown.contains(where: known.contains) else {
                return run.note(
                    "The service shows another key than before. Compare it with the one that the site publishes: gateway line"
                )
            }
            for key in texts where !known.contains(SignedNote.publicKey(from: key) ?? []) { text += "\(key)\n" }
        }
    }

    func required() throws(GatewayError) -> [[UInt8]] {
        let keys = Self.keys(in: try configuration.read(Self.name) ?? "")
        guard keys.isEmpty else { return keys }
        throw .usage(
            "--key is missing, and this machine has seen no key yet. The site publishes its key; gateway line shows it")
    }

    private static func keys(in text: String) -> [[UInt8]] {
        text.split(separator: "\n").compactMap { SignedNote.publicKey(from: String($0)) }
    }
}

extension ValueKind<[UInt8]> {
    fileprivate static var lineKey: Self {
        ValueKind(placeholder: "KEY", allowed: "a key of a site, as gateway line shows it: NAME+ID+KEY") {
            SignedNote.publicKey(from: $0)
        }
    }
}
