import Kernel
import MessageJSON
import RPC
import Runtime

/// `gateway call`: any method, with JSON in and JSON out.
enum CallMethod {
    static let command = Command(
        name: "call",
        summary: "Calls a method with the request in JSON, and prints the reply in JSON.",
        operands: [
            Command.Operand(name: "METHOD", isRequired: true), Command.Operand(name: "JSON", isRequired: false),
        ],
        flags: [
            Command.Flag(
                name: "--at", placeholder: "HOST:PORT", summary: "where the service listens; \(home) if not given"),
            Command.Flag(
                name: "--timeout", placeholder: "DURATION",
                summary: "how long to wait, such as 500ms or 10s; 5s if not given"),
            Command.Flag(
                name: "--request-id", placeholder: "UUID",
                summary: "what names this wish on every retry; new if not given"),
        ],
        examples: [
            "gateway call Health/Check",
            "gateway call Health/Check '{\"service\": \"onsale.reflection.v1.Reflection\"}'",
            "gateway call --at 127.0.0.1:7002 ListMethods",
        ],
        run: run)

    private static let home = Address.loopback(7001)

    private static func run(_ arguments: Arguments, _ console: Console) async throws(GatewayError) {
        let address =
            try arguments.value(of: "--at", allowed: "an address such as 127.0.0.1:7001") { Address($0) } ?? home
        let timeout = try arguments.value(of: "--timeout", allowed: "a duration such as 500ms or 10s") { text in
            Duration(optionText: text).flatMap { $0 > .zero ? $0 : nil }
        }
        let given = try arguments.value(of: "--request-id", allowed: "a UUID") { RequestID($0) }
        let method = try KnownMethods.find(arguments.operands[0])
        guard !method.isStream else {
            throw .usage("\(method.name) is a stream; call takes methods with one answer")
        }
        let request: [UInt8]
        do throws(JSONError) {
            request = try MessageJSON.bytes(from: arguments.operands.dropFirst().first ?? "{}", as: method.request)
        } catch {
            throw .usage("JSON of \(method.request.name): \(error). See: gateway methods \(method.serviceAndName)")
        }

        let requestID = given ?? RequestID.make(at: SystemClock().now)
        let options = CallOptions(timeout: timeout ?? .seconds(5), requestID: requestID)
        let reply = try await call(method, request, options, at: address)
        do throws(MessageError) {
            console.print(try MessageJSON.text(of: reply, as: method.reply))
        } catch {
            throw GatewayError(exit: .indefinite, message: "the reply cannot be read: \(error)")
        }
    }

    private static func call(
        _ method: MethodDescription, _ request: [UInt8], _ options: CallOptions, at address: Address
    ) async throws(GatewayError) -> [UInt8] {
        let loops = Loops(count: 1)
        var settings = ClientSettings()
        settings.agent = "gateway"
        // Whoever types wants to hear at once that nobody is there.
        settings.connectPatience = .zero
        let client = Client(to: [address], on: loops, settings: settings)
        let outcome: Result<[UInt8], RPCFailure>
        do throws(RPCFailure) {
            outcome = .success(try await client.callRaw(method, payload: request, options))
        } catch {
            outcome = .failure(error)
        }
        await client.shutdown()
        loops.stop()
        switch outcome {
        case .success(let reply): return reply
        case .failure(let failure): throw GatewayError(failure, of: options.requestID, at: address)
        }
    }
}

extension GatewayError {
    /// What a failed call means to whoever made it.
    init(_ failure: RPCFailure, of requestID: RequestID?, at address: Address) {
        let text = "\(failure)"
        let message = text.contains("\(address)") ? text : "\(address): \(text)"
        if failure.isIndefinite {
            let repeating = requestID.map { ". To find out, repeat it with: --request-id \($0)" } ?? ""
            self.init(exit: .indefinite, message: message + repeating)
        } else {
            self.init(exit: failure.isNotProcessed ? .unavailable : .refused, message: message)
        }
    }
}
