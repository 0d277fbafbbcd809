import Kernel
import RPC

enum Status {
    private static let timeout = Duration.seconds(2)

    static let command = Command(
        "status", "Asks every service at every address whether it is fit to be called.",
        details: "Ends with 69 where one is not.",
        calls: Peer.allCases,
        examples: ["gateway status", "gateway status --queue 10.0.0.1:7001,10.0.0.2:7001 --json"],
        run: show)

    private struct Line: Sendable {
        let peer: Peer
        let address: Address
        let problem: String?
    }

    private static func show(_ run: Invocation) async throws(GatewayError) {
        var places: [(Peer, Address)] = []
        for peer in Peer.allCases { places += try run.addresses(of: peer).map { (peer, $0) } }
        let timeout = try run.arguments.value(CommonFlags.timeout) ?? timeout
        let lines = await withTaskGroup(of: (Int, Line).self) { group in
            for (index, place) in places.enumerated() {
                group.addTask { (index, await look(run, place.0, place.1, timeout)) }
            }
            var lines: [(Int, Line)] = []
            for await line in group { lines.append(line) }
            return lines.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var table = Table([("SERVICE", .left), ("ADDRESS", .left), ("STATE", .text)])
        for line in lines { table.add([line.peer.rawValue, "\(line.address)", line.problem ?? "serving"]) }
        run.show(
            .list(lines) { line in
                .object([
                    "service": .string(line.peer.rawValue), "address": .string("\(line.address)"),
                    "isServing": .bool(line.problem == nil), "problem": line.problem.map { .string($0) },
                ])
            }, table.text(run.console))
        let troubled = lines.count { $0.problem != nil }
        guard troubled == 0 else {
            throw GatewayError(.unavailable, "\(troubled) of \(lines.count) are not fit to be called")
        }
    }

    private static func look(_ run: Invocation, _ peer: Peer, _ address: Address, _ timeout: Duration) async -> Line {
        let client = run.connections.client(at: address)
        let problem: String?
        do throws(RPCFailure) {
            let options = CallOptions(timeout: timeout)
            let reply = try await client.call(HealthMethods.check, CheckRequest(), options)
            problem = reply.status == .serving ? nil : "not serving: starting, draining, or without its database"
        } catch {
            problem = error.message
        }
        await client.shutdown()
        return Line(peer: peer, address: address, problem: problem)
    }
}
