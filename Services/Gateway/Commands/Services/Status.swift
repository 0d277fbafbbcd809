import CommandLine
import Journeys
import Kernel
import RPC

enum Status {
    private static let timeout = Duration.seconds(2)

    static let command = Command(
        "status", "Checks every service at every address, and shows its version.",
        details: "It exits with 69 if an address does not serve.",
        calls: Service.allCases, examples: ["", "--queue 10.0.0.1:7001,10.0.0.2:7001 --json"],
        run: show)

    private struct Line: Sendable {
        let service: Service
        let address: Address
        var problem: String?
        /// Nil if it did not answer.
        var reply: CheckReply?

        /// `1.0.0, contract v1, commit 3f2a9c01`. Empty for a program of a version without it.
        var version: String {
            guard let reply, !reply.version.isEmpty else { return "" }
            return "\(reply.version), contract \(reply.contract), commit \(reply.commit)"
        }
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
        run.show(lines, json, ["SERVICE", "ADDRESS", .wrapped("STATE"), .wrapped("VERSION")]) { line in
            [line.service.rawValue, "\(line.address)", line.problem ?? "serving", line.version]
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
            "version": .text(line.reply?.version ?? ""), "contract": .text(line.reply?.contract ?? ""),
            "commit": .text(line.reply?.commit ?? ""),
        ])
    }

    private static func check(
        _ run: Invocation, _ service: Service, _ address: Address, _ timeout: Duration
    ) async -> Line {
        let client: Client
        do { client = try run.caller.connections.client(at: [address]) } catch {
            return Line(service: service, address: address, problem: "\(error)")
        }
        var line = Line(service: service, address: address, problem: nil)
        do throws(RPCFailure) {
            let reply = try await client.call(HealthMethods.check, CheckRequest(), CallOptions(timeout: timeout))
            line.reply = reply
            if reply.status != .serving { line.problem = "not serving: starting, draining, or without its database" }
        } catch {
            line.problem = error.message
        }
        await client.shutdown()
        return line
    }
}
