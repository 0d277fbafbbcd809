import CommandLine
import Journeys
import Kernel
import MessageJSON
import Messages
import RPC

/// Calls any method with JSON.
enum Call {
    private static let method = Operand("METHOD", ValueKind<String>.text("METHOD"))
    private static let request = Operand("JSON", ValueKind<String>.text("JSON"), .optional)
    private static let at = Option(
        "at", .addresses, "addresses to call; those of the method's service if not given")

    static let command = Command(
        "call", "Calls a method with a request in JSON, and prints the reply in JSON.",
        details: """
            A stream prints one line per item until it ends or Ctrl-C. The call uses the stored credential of the user
            or the operator, as the method requires, or --credential. The format is JSON of protobuf, with bytes in
            Base64. To list the fields: gateway methods METHOD
            """,
        calls: Service.allCases, caller: [.user, .operator], operands: [method, request],
        flags: [at, CommonFlags.requestID],
        examples: [
            "gateway call Health/Check", "gateway call ListConcerts '{\"name\": \"moon-tour\"}'",
            "gateway call --at 127.0.0.1:7002 ListMethods",
        ],
        run: call)

    private static func call(_ run: Invocation) async throws {
        let method = try KnownMethods.find(try run.arguments.required(method))
        let request = try payload(try run.arguments.value(request) ?? "{}", of: method)
        let service = Service(of: method)
        let requestID = run.caller.newRequestID()
        let options = CallOptions(
            timeout: method.isStream ? nil : run.caller.timeout, requestID: requestID,
            credential: try credential(for: method, run)?.bytes)
        let connections = run.caller.connections
        let given = try run.arguments.value(at)
        let client = try given.map { connections.client(at: $0) } ?? connections.client(of: service ?? .queue)
        do throws(RPCFailure) {
            if let stream = KnownMethods.streams.first(where: { $0.name == method.name }) {
                try await follow(stream, client, request, options, run)
            } else {
                let reply = try await client.callRaw(method, payload: request, options)
                run.console.print(try text(of: reply, as: method.reply, isIndented: !run.isJSON))
            }
        } catch {
            // This command prints the code and the reason of the failure, too.
            let exit = GatewayExit(of: error, isRepeatable: false)
            let hint = exit == .indefinite ? Hint.text(for: .withID(requestID)) : nil
            throw GatewayError(exit, "\(error)", hint: hint, reason: error.reason)
        }
    }

    /// Prints the items of a stream. Ctrl-C cancels the call.
    private static func follow(
        _ stream: KnownStream, _ client: Client, _ request: [UInt8], _ options: CallOptions, _ run: Invocation
    ) async throws(RPCFailure) {
        let interrupts = Interrupts.begin()
        let reading = Task { () -> Result<Void, RPCFailure> in
            do throws(RPCFailure) {
                try await stream.read(client, request, options) { item throws(RPCFailure) in
                    run.console.print(try text(of: item, as: stream.reply, isIndented: false))
                }
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        let watching = Task {
            for await _ in interrupts { reading.cancel() }
        }
        let outcome = await reading.value
        Interrupts.end()
        await watching.value
        if case .failure(let failure) = outcome, failure.code != .cancelled { throw failure }
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
            throw RPCFailure(.internal, "MALFORMED_REPLY", "cannot decode the reply: \(error)").indefinite
        }
    }

    /// The credential of `--credential`, or a stored one of a role that may call the method.
    private static func credential(
        for method: MethodDescription, _ run: Invocation
    ) throws(GatewayError) -> StoredCredential? {
        let isNamed = try run.arguments.value(CommonFlags.credential) != nil
        if method.callers.isEmpty, !isNamed {
            return try? run.configuration.credential(of: .user).flatMap { run.clock.now < $0.expiry ? $0 : nil }
        }
        let hasUser = (try? run.configuration.credential(of: .user)) != nil
        let asUser = method.callers.contains(.user) && (hasUser || !method.callers.contains(.operator))
        if method.callers == .service, !isNamed {
            throw GatewayError(
                .notAllowed,
                "only services may call \(method.serviceAndName). Type: gateway admin credential --role service "
                    + "--output FILE, then pass --credential FILE")
        }
        return try run.credentials.credential(of: asUser ? .user : .operator)
    }
}
