import Kernel
import RPC
import Synchronization
import TestSupport
import Testing

@Suite struct CredentialTests {
    /// A credential is a role and a number of seconds. Any other text is forged.
    private func hooks(counting verifications: Recorder<Void>) -> ServerHooks {
        ServerHooks(verify: { bytes throws(RPCFailure) in
            verifications.add(())
            guard bytes.count == 2, bytes[0] < 8 else {
                throw RPCFailure(.unauthenticated, "CREDENTIAL_FORGED", "the credential is forged")
            }
            let caller = Caller(user: .alice, role: Role(rawValue: bytes[0]))
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
