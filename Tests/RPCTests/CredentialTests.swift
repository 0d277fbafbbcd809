import Kernel
import Messages
import RPC
import Synchronization
import TestSupport
import Testing

@Suite struct CredentialTests {
    /// A credential is a role, a number of seconds, and perhaps duties. Any other text is forged.
    private func hooks(counting verifications: Recorder<Void>) -> ServerHooks {
        ServerHooks(verify: { bytes throws(RPCFailure) in
            verifications.add(())
            guard 2...3 ~= bytes.count, bytes[0] < 8 else {
                throw RPCFailure(.unauthenticated, "CREDENTIAL_FORGED", "the credential is forged")
            }
            let caller = Caller(
                user: .alice, role: Role(rawValue: bytes[0]), duties: Duties(rawValue: bytes.dropFirst(2).first ?? 0))
            return Verified(caller, remaining: .seconds(bytes[1]))
        })
    }

    private func add(_ world: EchoSimulation, as credential: [UInt8]) throws -> RPCFailure? {
        try world.run {
            do throws(RPCFailure) {
                _ = try await world.calls.add(AddRequest(amount: 1), CallOptions(credential: credential))
                return nil
            } catch {
                return error
            }
        }
    }

    @Test func `only the declared roles can call a method`() throws {
        let world = try EchoSimulation(hooks: hooks(counting: Recorder()))
        #expect(try add(world, as: [Role.user.rawValue, 9]) == nil)
        #expect(try add(world, as: [Role.service.rawValue, 9]) == nil)
        let missing = try #require(try add(world, as: []))
        #expect(missing.code == .unauthenticated && missing.reason == "CREDENTIAL_MISSING")
        #expect(missing.message.contains("user or service"))
        let wrong = try #require(try add(world, as: [Role.operator.rawValue, 9]))
        #expect(wrong.code == .permissionDenied && wrong.reason == "ROLE_NOT_ALLOWED")
        let forged = try #require(try add(world, as: [99]))
        #expect(forged.code == .unauthenticated && forged.reason == "CREDENTIAL_FORGED")
        #expect(world.echo.total == 2)
    }

    @Test(
        arguments: [
            ([], nil), (.gate, "gate"), (.sales, ""), (.read, ""), ([.gate, .read], ""), (.owner, ""),
        ] as [(Duties, String?)])
    func `an operator needs one of the duties of a method, or is an owner`(duties: Duties, problem: String?) throws {
        let method = Method<EchoRequest, EchoReply>(
            "onsale.testing.v1.Echo/Sell", isSafeToRepeat: true, callers: [.user, .operator], duties: [.sales, .read])
        let route = Route(method) { request, _ in EchoReply(payload: request.payload) }
        let world = try EchoSimulation(hooks: hooks(counting: Recorder()), routes: [route])
        let options = CallOptions(credential: [Role.operator.rawValue, 9, duties.rawValue])
        guard problem != "" else {
            #expect(try world.run { try await world.client.call(method, EchoRequest(), options) } == EchoReply())
            return
        }
        let failure = try failure(of: world) { _ = try await world.client.call(method, EchoRequest(), options) }
        #expect(failure.code == .permissionDenied && failure.isBecause(CallReason.dutyMissing))
        #expect(
            failure.message.hasSuffix(
                "needs the duty sales or read, and you have \(problem ?? "no duties"): ask an owner to grant it"))
        let user = CallOptions(credential: [Role.user.rawValue, 9])
        #expect(try world.run { try await world.client.call(method, EchoRequest(), user) } == EchoReply())
    }

    @Test func `a stream ends with its credential, and its reader opens it again`() throws {
        let verifications = Recorder<Void>()
        let world = try EchoSimulation(hooks: hooks(counting: verifications))
        let wire = try world.rawConnection()
        try wire.send(
            Envelope(
                id: 1, kind: .request, method: EchoMethods.count.name, credential: [Role.user.rawValue, 9],
                payload: try CountRequest(limit: 1, staysOpen: true).encoded()))
        world.simulation.run(for: .seconds(8))
        #expect(wire.replies(to: 1).isEmpty)
        world.simulation.run(for: .seconds(2))
        let reply = try #require(wire.replies(to: 1).first)
        #expect(reply.status?.code == 0 && reply.status?.reason == "STREAM_TIME_LIMIT")

        let numbers = try world.run {
            var numbers: [UInt64] = []
            let options = CallOptions(credential: [Role.user.rawValue, 9])
            for try await item in world.calls.count(CountRequest(limit: 1, staysOpen: true), options) {
                numbers.append(item.number)
                if numbers.count == 3 { break }
            }
            return numbers
        }
        #expect(numbers == [1, 1, 1], "it was opened three times")
    }

    @Test func `the handler receives the caller`() throws {
        let world = try EchoSimulation(hooks: hooks(counting: Recorder()))
        _ = try add(world, as: [Role.user.rawValue, 9])
        #expect(try world.echo.lastCall?.user == .alice)
        #expect(world.echo.lastCall?.caller?.role == .user)
    }

    @Test func `a method for every caller needs no credential but refuses a forged one`() throws {
        let world = try EchoSimulation(hooks: hooks(counting: Recorder()))
        let options = CallOptions(credential: [])
        #expect(try world.run { try await world.calls.echo(EchoRequest(), options) } == EchoReply())
        #expect(world.echo.lastCall?.caller == nil)
        let failure = try failure(of: world) {
            _ = try await world.calls.echo(EchoRequest(), CallOptions(credential: [99]))
        }
        #expect(failure.reason == "CREDENTIAL_FORGED")
    }

    @Test func `all connections together remember a limited number of credentials, until they close`() throws {
        let verifications = Recorder<Void>()
        var limits = Limits()
        limits.cachedCredentials = 4
        let world = try EchoSimulation(limits: limits, hooks: hooks(counting: verifications))
        /// Calls with eight credentials, twice, and returns the number of those that had to be verified.
        func call(_ wire: RawConnection) throws -> Int {
            let before = verifications.all.count
            for id: UInt64 in 1...16 {
                var request = try Envelope.request(id, EchoMethods.add, AddRequest(amount: 1))
                request.credential = [Role.user.rawValue, 100 + UInt8(id % 8)]
                try wire.send(request)
            }
            world.simulation.run(for: .milliseconds(20))
            return verifications.all.count - before
        }
        let wires = try (0..<3).map { _ in try world.rawConnection() }
        #expect(try wires.map(call) == [8, 16, 16], "one cache can grow from four places to eight")
        #expect(world.echo.total == 48)
        world.network.connections[0].cut()
        world.simulation.run(for: .milliseconds(20))
        #expect(try call(world.rawConnection()) == 8, "a closed connection makes room")
    }

    @Test func `a credential is verified once per connection and again after it expires`() throws {
        let verifications = Recorder<Void>()
        let world = try EchoSimulation(hooks: hooks(counting: verifications))
        for _ in 0..<50 { #expect(try add(world, as: [Role.user.rawValue, 60]) == nil) }
        #expect(verifications.all.count == 1)
        world.simulation.run(for: .seconds(61))
        #expect(try add(world, as: [Role.user.rawValue, 60]) == nil)
        #expect(verifications.all.count == 2)
    }

    @Test func `many users share a connection without confusion`() throws {
        let hooks = ServerHooks(verify: { bytes throws(RPCFailure) in
            let number = bytes.reduce(0) { $0 << 8 | UInt64($1) }
            return Verified(
                Caller(user: UserID(high: 0, low: number), role: .user), remaining: .hours(1))
        })
        let world = try EchoSimulation(hooks: hooks)
        for round in 0..<2 {
            for number: UInt64 in 1...300 {
                let credential = [UInt8(number >> 8), UInt8(number & 255)]
                #expect(try add(world, as: credential) == nil)
                #expect(try world.echo.lastCall?.user.low == number, "round \(round)")
            }
        }
    }
}
