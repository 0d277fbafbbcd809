import Identity
import Journeys
import Kernel
import Messages
import RPC
import TestSupport
import Testing
import WalletAPI

struct PeopleTests {
    private static let session = Session(userID: UserID(high: 1, low: 1), expiresAt: .noon + .hours(1))

    private static func failure(_ challenge: [UInt8], bits: UInt32) throws -> RPCFailure {
        var failure = RPCFailure(WalletReason.puzzleRequired)
        let puzzle = WalletAPI.Puzzle(challenge: challenge, bits: bits)
        failure.details = [Detail(type: WalletAPI.Puzzle.descriptor.name, value: try puzzle.encoded())]
        return failure
    }

    /// Demands a puzzle of 8 bits, then one of 9 bits. Returns the session for its solution.
    private static func answer(_ solution: PuzzleSolution?) throws -> Session {
        guard let solution else { throw try failure([1], bits: 8) }
        let bits = solution.challenge == [1] ? 8 : 9
        #expect(Identity.Puzzle(challenge: solution.challenge, requiredBits: bits).isSolved(by: solution.nonce))
        guard bits == 9 else { throw try failure([2], bits: 9) }
        return session
    }

    @Test func `each call with a password solves the puzzles of the service, and keeps its request id`() async throws {
        let ids = Recorder<RequestID?>()
        let signUp = Route(WalletMethods.signUp) { request, call in
            ids.add(call.requestIDIfAny)
            return SignUpReply(session: try Self.answer(request.solution))
        }
        let signIn = Route(WalletMethods.signIn) { request, _ in
            SignInReply(session: try Self.answer(request.solution))
        }
        let change = Route(WalletMethods.changePassword) { request, _ in
            _ = try Self.answer(request.solution)
            return ChangePasswordReply()
        }
        let set = Route(WalletMethods.setPassword) { request, _ in
            _ = try Self.answer(request.solution)
            return SetPasswordReply()
        }
        try await StubCaller.with(signUp, signIn, change, set) { stub in
            let people = People(stub.caller)
            _ = try await people.signUp("alice", password: "correct horse")
            _ = try await people.signIn("alice", password: "correct horse", as: .user)
            try await people.changePassword("correct horse", to: "battery staple")
            try await people.setPassword(of: "alice", to: "battery staple", code: "code")
        }
        #expect(ids.all.count == 3 && Set(ids.all).count == 1)
    }

    @Test func `a taken name is refused, and a service that cannot check names does not stop a sign-up`() async throws {
        let check = Route(WalletMethods.checkName) { request, _ -> CheckNameReply in
            if request.name == "busy" { throw try Self.failure([1], bits: 8) }
            throw RPCFailure(WalletReason.nameTaken)
        }
        try await StubCaller.with(check) { stub in
            try await People(stub.caller).checkName("busy")
            let failure = await #expect(throws: CallFailure.self) { try await People(stub.caller).checkName("alice") }
            #expect(failure?.isBecause(WalletReason.nameTaken) == true)
        }
        // An earlier version does not have the method.
        try await StubCaller.with { try await People($0.caller).checkName("alice") }
    }

    @Test(arguments: [1, 25] as [UInt32])
    func `puzzles without end and a puzzle of more than 24 bits are not solved`(bits: UInt32) async throws {
        let requests = Recorder<PuzzleSolution?>()
        let signIn = Route(WalletMethods.signIn) { request, _ -> SignInReply in
            requests.add(request.solution)
            throw try Self.failure([1], bits: bits)
        }
        try await StubCaller.with(signIn) { stub in
            let failure = await #expect(throws: CallFailure.self) {
                try await People(stub.caller).signIn("alice", password: "correct horse", as: .user)
            }
            #expect(failure?.reason == "PUZZLE_REQUIRED" && failure?.outcome == .unavailable)
        }
        #expect(requests.all.count == (bits == 1 ? 6 : 1))
    }

    @Test func `a server passes on the solution of its client, and solves nothing`() async throws {
        let solutions = Recorder<PuzzleSolution?>()
        let signIn = Route(WalletMethods.signIn) { request, _ -> SignInReply in
            solutions.add(request.solution)
            throw try Self.failure([1], bits: 8)
        }
        try await StubCaller.with(signIn) { stub in
            for solution in [nil, PuzzleSolution(challenge: [1], nonce: 0)] as [PuzzleSolution?] {
                _ = try? await People(stub.caller, solution: solution).signIn("alice", password: "a", as: .user)
            }
        }
        #expect(solutions.all.map(\.?.nonce) == [nil, 0])
    }
}
