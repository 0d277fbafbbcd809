import CommandLine
import ConcertAPI
import Journeys
import Kernel
import MessageJSON
import Messages
import QueueAPI
import RPC

/// Calls any method with JSON.
enum Call {
    private static let method = Operand("METHOD", .text("METHOD"))
    private static let request = Operand(optional: "JSON", .text("JSON"))
    private static let field = Option(
        "field", short: "f", isRepeated: true, .fields,
        "a field of the request, instead of JSON; may be given several times")
    private static let at = Option(
        "at", .addresses, "addresses to call; those of the method's service if not given")

    static let command = Command(
        "call", "Calls a method with a request in JSON, and prints the reply in JSON.",
        details: """
            A stream prints one line per item until it ends or Ctrl-C. The call uses the stored credential of the user
            or the operator, as the method requires, or --credential. The format is JSON of protobuf, with ids as UUIDs and
            other bytes in Base64. JSON may be @FILE, or - for standard input. To list the fields: gateway methods METHOD
            """,
        calls: Service.allCases, caller: [.user, .operator], operands: [method, request],
        flags: [field, at, CommonFlags.requestID],
        examples: [
            "Health/Check", "ListConcerts '{\"name\": \"moon-tour\"}'", "ListConcerts --field name=moon-tour",
            "ListConcerts @request.json", "--at 127.0.0.1:7002 ListMethods",
        ],
        run: call)

    private static func call(_ run: Invocation) async throws {
        let method = try Methods.find(run[method])
        let request = try payload(try json(run, of: method), of: method)
        let requestID = run.caller.newRequestID()
        let options = CallOptions(
            timeout: method.isStream ? nil : run.caller.timeout, requestID: requestID,
            credential: try await credential(for: method, run)?.bytes)
        let connections = run.caller.connections
        let client =
            try run[at].map { try connections.client(at: $0) } ?? connections.client(of: Service(of: method) ?? .queue)
        do {
            if let read = streams[method.name] {
                try await follow { try await read(client, request, options) { run.console.print($0) } }
            } else {
                let reply = try await client.callRaw(method, payload: request, options)
                run.console.print(try text(of: reply, as: method.reply, isIndented: !run.isJSON))
            }
        } catch let failure as RPCFailure {
            // This command prints the code and the reason of the failure, too.
            let exit = GatewayExit(of: failure, isRepeatable: false)
            let hint = exit == .indefinite ? GatewayError.Retry.withID(requestID).hint : nil
            throw GatewayError(exit, "\(failure)", hint: hint, reason: failure.reason)
        }
    }

    /// Reads a stream whose request is bytes, and passes on its items in JSON.
    private typealias Reader =
        @Sendable (Client, _ request: [UInt8], CallOptions, _ item: (String) -> Void) async throws -> Void

    private static let streams = [
        QueueMethods.watchPlace.name: reader(of: QueueMethods.watchPlace),
        ConcertMethods.watchSeats.name: reader(of: ConcertMethods.watchSeats),
        EventsMethods.watchEvents.name: reader(of: EventsMethods.watchEvents),
    ]

    private static func reader<Request, Item>(of method: StreamMethod<Request, Item>) -> Reader {
        { client, request, options, receive in
            for try await item in client.open(method, try Request(decoding: request), options) {
                receive(try text(of: try item.encoded(), as: Item.descriptor, isIndented: false))
            }
        }
    }

    /// Reads a stream. Ctrl-C cancels the call.
    private static func follow(_ read: @escaping @Sendable () async throws -> Void) async throws {
        let reading = Task { try await read() }
        do {
            try await Interrupts.handling({ reading.cancel() }) { try await reading.value }
        } catch let failure as RPCFailure where failure.code == .cancelled {}
    }

    /// The request in JSON: the operand, its file, or the fields.
    private static func json(_ run: Invocation, of method: MethodDescription) throws(GatewayError) -> String {
        guard let given = run[request] else { return run[field]?.json(as: method.request).text ?? "{}" }
        guard run[field] == nil else {
            throw .usage("JSON and \(field.flag) exclude each other. Pass one of them")
        }
        guard given == "-" || given.hasPrefix("@") else { return given }
        let path = given == "-" ? "/dev/stdin" : String(given.dropFirst())
        return try InputFile.required(path, by: "JSON", isSecret: false)
    }

    private static func payload(_ json: String, of method: MethodDescription) throws(GatewayError) -> [UInt8] {
        do throws(JSONError) {
            return try MessageJSON.bytes(from: json, as: method.request)
        } catch {
            throw .usage(
                "invalid JSON for \(method.request.name): \(error). See: gateway methods \(method.serviceAndName)")
        }
    }

    private static func text(
        of bytes: [UInt8], as descriptor: MessageDescriptor, isIndented: Bool
    ) throws(RPCFailure) -> String {
        do throws(MessageError) {
            return try MessageJSON.text(of: bytes, as: descriptor, isIndented: isIndented)
        } catch {
            throw RPCFailure(CallReason.malformedReply, "cannot decode the reply: \(error)").indefinite
        }
    }

    /// The credential of `--credential`, or a stored one of a role that may call the method.
    private static func credential(for method: MethodDescription, _ run: Invocation) async throws -> StoredCredential? {
        let isNamed = run[CommonFlags.credential] != nil
        if method.callers.isEmpty, !isNamed {
            return try? await run.credentials.current(.user)
        }
        let hasUser = (try? run.configuration.credential(of: .user)) != nil
        let asUser = method.callers.contains(.user) && (hasUser || !method.callers.contains(.operator))
        if method.callers == .service, !isNamed {
            throw GatewayError(
                .notAllowed,
                "only services may call \(method.serviceAndName). Type: gateway admin credential --role service "
                    + "--output FILE, then pass --credential FILE")
        }
        return try await run.credentials.current(asUser ? .user : .operator)
    }
}
