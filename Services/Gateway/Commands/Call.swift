import Kernel
import MessageJSON
import RPC

/// `gateway call`: any method, with JSON in and JSON out.
enum Call {
    private static let method = Operand("METHOD", ValueKind<String>.text("METHOD"))
    private static let request = Operand("JSON", ValueKind<String>.text("JSON"), .optional)
    private static let at = Flag(
        "--at", .addresses, "where the service listens; if not given, where the service of the method does")

    static let command = Command(
        "call", "Calls a method with the request in JSON, and prints the reply in JSON.",
        details: """
            A stream prints one line for each item, until it ends or Ctrl-C. Calls are made as whoever is signed in, or as
            the operator, as the method asks for; --credential names another. JSON is that of protobuf: gateway methods
            METHOD lists the fields, bytes are in Base64.
            """,
        calls: Peer.allCases, caller: [.user, .operator], operands: [method, request],
        flags: [at, CommonFlags.requestID],
        examples: [
            "gateway call Health/Check", "gateway call ListConcerts '{\"name\": \"moon-tour\"}'",
            "gateway call --at 127.0.0.1:7002 ListMethods",
        ],
        run: call)

    private static func call(_ run: Invocation) async throws(GatewayError) {
        let method = try KnownMethods.find(try run.arguments.required(method))
        let request = try payload(try run.arguments.value(request) ?? "{}", of: method)
        let peer = Peer(method: method.name)
        var addresses = try run.addresses(of: peer ?? .queue)
        if let given = try run.arguments.value(at) { addresses = given }
        let requestID = try run.newRequestID()
        let options = CallOptions(
            timeout: method.isStream ? nil : try run.timeout(), requestID: requestID,
            credential: try credential(for: method, run)?.bytes)
        let client = run.connections.client(of: peer ?? .queue, at: addresses)
        do throws(RPCFailure) {
            if let stream = KnownMethods.streams.first(where: { $0.name == method.name }) {
                try await follow(stream, client, request, options, run)
            } else {
                let reply = try await client.callRaw(method, payload: request, options)
                run.console.print(try text(of: reply, as: method.reply, isIndented: !run.isJSON))
            }
        } catch {
            // With code and reason, for those who look closely.
            let exit = GatewayExit(of: error, isRepeatable: false)
            let advice = exit == .indefinite ? Advice.text(for: .with(requestID)) : nil
            throw GatewayError(exit, "\(error)", advice: advice, reason: error.reason)
        }
    }

    /// Ctrl-C ends the stream, and the service hears of it.
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
            throw .usage("JSON of \(method.request.name): \(error). See: gateway methods \(method.serviceAndName)")
        }
    }

    private static func text(
        of bytes: [UInt8], as descriptor: MessageDescriptor, isIndented: Bool
    ) throws(RPCFailure) -> String {
        do throws(MessageError) {
            return try MessageJSON.text(of: bytes, as: descriptor, isIndented: isIndented)
        } catch {
            throw RPCFailure(.internal, "MALFORMED_REPLY", "the reply cannot be read: \(error)").indefinite
        }
    }

    /// As a user where the method is for users, else as the operator; a named file is taken as it is.
    private static func credential(
        for method: MethodDescription, _ run: Invocation
    ) throws(GatewayError) -> KeptCredential? {
        let isNamed = try run.arguments.value(CommonFlags.credential) != nil
        if method.callers.isEmpty, !isNamed {
            return try? run.home.credential(of: .user).flatMap { run.clock.now < $0.expiry ? $0 : nil }
        }
        let hasUser = (try? run.home.credential(of: .user)) != nil
        let asUser = method.callers.contains(.user) && (hasUser || !method.callers.contains(.operator))
        if method.callers == .service, !isNamed {
            throw GatewayError(
                .notAllowed,
                "\(method.serviceAndName) is for services. Type: gateway admin credential --role service --output FILE, "
                    + "and call with --credential FILE")
        }
        return try run.credential(of: asUser ? .user : .operator)
    }
}
