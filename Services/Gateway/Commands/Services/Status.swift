import CommandLine
import Journeys
import Kernel
import RPC

enum Status {
    private static let timeout = Duration.seconds(2)

    static let command = Command(
        "status", "Checks every service at every address.",
        details: "It exits with 69 if an address does not serve.",
        calls: Service.allCases, examples: ["", "--queue 10.0.0.1:7001,10.0.0.2:7001 --json"],
        run: show)

    private struct Line: Sendable {
        let service: Service
        let address: Address
        let problem: String?
    }

    private static func show(_ run: Invocation) async throws {
        var targets: [(service: Service, address: Address)] = []
        for service in Service.allCases {
            targets += try run.caller.connections.addresses(of: service).map { (service, $0) }
        }
        let timeout = run[CommonFlags.timeout] ?? timeout
        let checks = targets.map { target in Task { await check(run, target.service, target.address, timeout) } }
        var lines: [Line] = []
        for check in checks { lines.append(await check.value) }
        run.show(lines, json, ["SERVICE", "ADDRESS", .wrapped("STATE")]) { line in
            [line.service.rawValue, "\(line.address)", line.problem ?? "serving"]
        }
        let problems = lines.count { $0.problem != nil }
        guard problems == 0 else {
            throw GatewayError(.unavailable, "\(problems) of \(lines.count) addresses do not serve")
        }
    }

    private static func json(_ line: Line) -> JSON {
        .object([
            "service": .string(line.service.rawValue), "address": .string("\(line.address)"),
            "isServing": .bool(line.problem == nil), "problem": line.problem.map { .string($0) },
        ])
    }

    private static func check(
        _ run: Invocation, _ service: Service, _ address: Address, _ timeout: Duration
    ) async -> Line {
        let client: Client
        do { client = try run.caller.connections.client(at: [address]) } catch {
            return Line(service: service, address: address, problem: "\(error)")
        }
        let problem: String?
        do throws(RPCFailure) {
            let options = CallOptions(timeout: timeout)
            let reply = try await client.call(HealthMethods.check, CheckRequest(), options)
            problem = reply.status == .serving ? nil : "not serving: starting, draining, or without its database"
        } catch {
            problem = error.message
        }
        await client.shutdown()
        return Line(service: service, address: address, problem: problem)
    }
}
