import Kernel
import Messages
import RPC
import TestSupport
import Testing

/// Limits of one user over all connections.
@Suite struct UserLimitTests {
    /// Each credential is a role and the number of a user.
    private static let manyUsers = ServerHooks { bytes throws(RPCFailure) in
        let user = UserID(high: 1, low: UInt64(bytes[1]))
        return Verified(Caller(user: user, role: Role(rawValue: bytes[0]), duties: .owner), remaining: .hours(1))
    }

    private func credential(_ number: UInt8, _ role: Role = .user) -> [UInt8] { [role.rawValue, number] }

    private func wait(_ wire: RawConnection, id: UInt64, as credential: [UInt8] = []) throws {
        var request = try Envelope.request(id, EchoMethods.wait, WaitRequest(milliseconds: 100))
        request.credential = credential
        try wire.send(request)
    }

    private func openStream(_ wire: RawConnection, id: UInt64, as credential: [UInt8]) throws {
        try wire.send(
            Envelope(
                id: id, kind: .request, method: EchoMethods.count.name, credential: credential,
                payload: CountRequest(limit: 1, staysOpen: true).encoded()))
    }

    private func refusal(of id: UInt64, on wire: RawConnection) -> String? {
        wire.replies(to: id).first?.status.flatMap { $0.reason == "TOO_MANY_CALLS" ? $0.message : nil }
    }

    @Test(arguments: [Role.user, .operator])
    func `a user's calls are limited over all connections, and other users are served`(role: Role) throws {
        var limits = Limits()
        limits.inFlightPerUser = 3
        let world = try EchoSimulation(loops: 2, limits: limits, hooks: Self.manyUsers)
        let wires = try (0..<2).map { _ in try world.rawConnection() }
        for wire in wires { for id: UInt64 in 1...2 { try wait(wire, id: id, as: credential(7, role)) } }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 3)
        #expect(
            wires.compactMap { refusal(of: 2, on: $0) }.map { $0.prefix(35) } == ["3 calls are in flight for this user"]
        )
        try wait(wires[0], id: 3, as: credential(8, role))
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 4)
        world.simulation.run(for: .milliseconds(200))
        try wait(wires[1], id: 3, as: credential(7, role))
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 1, "finished calls do not count")
    }

    @Test func `a user's streams are limited over all connections, and other users are served`() throws {
        var limits = Limits()
        limits.streamsPerUser = 3
        let world = try EchoSimulation(limits: limits, hooks: Self.manyUsers)
        let wires = try (0..<2).map { _ in try world.rawConnection() }
        for wire in wires { for id: UInt64 in 1...2 { try openStream(wire, id: id, as: credential(7)) } }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.streamCount == 3)
        #expect(wires.compactMap { refusal(of: 2, on: $0) }.count == 1)
        try openStream(wires[0], id: 3, as: credential(8))
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.streamCount == 4)
        try wires[0].send(.cancel(1))
        world.simulation.run(for: .milliseconds(20))
        try openStream(wires[0], id: 4, as: credential(7))
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.streamCount == 4, "an ended stream does not count")
    }

    @Test func `the last quarter of the calls is for callers without a call, and for services`() throws {
        var limits = Limits()
        limits.inFlight = 8
        let world = try EchoSimulation(limits: limits, hooks: Self.manyUsers)
        let (crowd, late, wordless) = (try world.rawConnection(), try world.rawConnection(), try world.rawConnection())
        for id: UInt64 in 1...7 { try wait(crowd, id: id, as: credential(7)) }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 6)
        #expect(
            refusal(of: 7, on: crowd)?.contains("6 calls are in flight in this server for callers with more than one")
                == true)
        for id: UInt64 in 1...2 { try wait(late, id: id, as: credential(8)) }
        for id: UInt64 in 1...2 { try wait(wordless, id: id) }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 8)
        for wire in [late, wordless] { #expect(refusal(of: 1, on: wire) == nil && refusal(of: 2, on: wire) != nil) }
        world.simulation.run(for: .milliseconds(200))
        for id: UInt64 in 8...15 { try wait(crowd, id: id, as: credential(9, .service)) }
        world.simulation.run(for: .milliseconds(20))
        #expect(world.server.inFlight == 8)
    }
}
