import Database
import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

@Suite struct CreateCodesTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a code lets in as many users as it allows, each as often as it likes`(engine: Engine) async throws {
            try await Presale.with(engine) { presale in
                let code = try await presale.codes(uses: 2)[0]
                let alice = try await presale.join(.alice, code, request: 10)
                #expect(try await presale.join(.alice, code, request: 11).placeID == alice.placeID)
                #expect(try await presale.join(.alice, code, request: 10).placeID == alice.placeID)
                _ = try await presale.waiting.leave(.alice, alice)
                #expect(try await presale.join(.alice, code, request: 12).placeID != alice.placeID)
                _ = try await presale.join(.bob, code, request: 13)
                try await refused("CODE_USED_UP") { _ = try await presale.join(.user(1), code, request: 14) }
                #expect(try await presale.uses() == 2)
            }
        }

        @Test(arguments: Engine.available)
        func `a user who has a place keeps it without the code`(engine: Engine) async throws {
            try await Presale.with(engine) { presale in
                let code = try await presale.codes()[0]
                let alice = try await presale.join(.alice, code, request: 10)
                #expect(try await presale.join(.alice, "", request: 11).placeID == alice.placeID)
                #expect(try await presale.uses() == 1)
            }
        }

        @Test(arguments: Engine.available)
        func `a code does not matter in a room that needs none, if it is for this room`(engine: Engine) async throws {
            try await Presale.with(engine) { presale in
                let code = try await presale.codes()[0]
                let open = try await presale.waiting.create("open").roomID
                let other = JoinRequest(roomID: open, code: code)
                try await refused("CODE_OF_ANOTHER_ROOM") {
                    _ = try await presale.waiting.client(of: .alice).join(other, CallOptions(requestID: .numbered(10)))
                }
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `joins without a code, with a wrong one and with one that has expired`(engine: Engine) async throws {
            try await Presale.with(engine) { presale in
                let code = try await presale.codes(expiresAt: .noon + .minutes(1))[0]
                try await refused("CODE_MISSING") { _ = try await presale.join(.alice, "", request: 10) }
                for wrong in ["WRONG", String(code.dropLast()), "B" + code.dropFirst(), code.lowercased()] {
                    try await refused("CODE_REFUSED") { _ = try await presale.join(.alice, wrong, request: 10) }
                }
                presale.waiting.service.clock.advance(by: .minutes(1) - .milliseconds(1))
                _ = try await presale.join(.alice, code, request: 10)
                presale.waiting.service.clock.advance(by: .milliseconds(1))
                try await refused("CODE_EXPIRED") { _ = try await presale.join(.bob, code, request: 11) }
                #expect(try await presale.uses() == 1)
            }
        }

        @Test(arguments: Engine.available)
        func `a join that finds the room full uses no code`(engine: Engine) async throws {
            try await Presale.with(engine) { presale in
                let limit = SetWaitingLimitRequest(roomID: presale.waiting.room, waitingLimit: 1)
                _ = try await presale.waiting.admin.setWaitingLimit(limit)
                let codes = try await presale.codes(count: 3)
                for (number, code) in codes.prefix(2).enumerated() {
                    _ = try await presale.join(.user(number), code, request: 10 + UInt64(number))
                }
                try await refused("ROOM_FULL") { _ = try await presale.join(.user(2), codes[2], request: 12) }
                #expect(try await presale.uses() == 2)
            }
        }

        @Test(arguments: Engine.available)
        func `codes for a room without codes, for a closed one, and such that have expired`(
            engine: Engine
        ) async throws {
            try await Presale.with(engine) { presale in
                let admin = presale.waiting.admin
                let open = CreateCodesRequest(roomID: try await presale.waiting.create("open").roomID, count: 1)
                try await refused("ROOM_NEEDS_NO_CODE") {
                    _ = try await admin.createCodes(open, CallOptions(requestID: .numbered(20)))
                }
                try await refused("INVALID_FIELD") { _ = try await presale.codes(expiresAt: .noon) }
                try await refused("INVALID_FIELD") { _ = try await presale.codes(count: 5001) }
                _ = try await admin.closeRoom(CloseRoomRequest(roomID: presale.waiting.room))
                try await refused("ROOM_CLOSED") { _ = try await presale.codes() }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request makes the same codes, another one with its id is refused`(engine: Engine) async throws
        {
            try await Presale.with(engine) { presale in
                let codes = try await presale.codes(count: 50)
                #expect(Set(codes).count == 50)
                #expect(try await presale.codes(count: 50) == codes)
                try await refused("REQUEST_ID_REUSED") { _ = try await presale.codes(count: 50, uses: 2) }
                let others = try await presale.codes(count: 50, request: 4)
                #expect(Set(codes).isDisjoint(with: others))
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `of many users with one code at once, on all instances, exactly as many join as it allows`(
            engine: Engine
        ) async throws {
            try await Presale.with(engine, instances: engine.instances) { presale in
                let code = try await presale.codes(uses: 5)[0]
                let outcomes = try await presale.joinAtOnce(devices: 40, users: 20, code)
                #expect(outcomes.count { $0 == "CODE_USED_UP" } == 30, "15 users, each on two devices")
                #expect(Set(outcomes).count == 6, "5 places, each for two devices, and the refusal")
                #expect(try await presale.uses() == 5)
            }
        }
    }
}

/// A room whose users join with a code.
private struct Presale {
    let waiting: Waiting

    static func with(_ engine: Engine, instances: Int = 1, _ body: (Presale) async throws -> Void) async throws {
        try await TestService.with(.queue, on: engine, instances: instances) { service in
            let admin = QueueClient(service.client(of: .operator))
            let create = CreateRoomRequest(
                name: "members", limits: RoomLimits(activeLimit: 1), times: RoomTimes(joinsAt: .noon, opensAt: .noon),
                needsCode: true)
            let room = try await admin.createRoom(create, CallOptions(requestID: .numbered(1))).room
            #expect(room.needsCode)
            try await body(Presale(waiting: Waiting(service: service, room: room.roomID)))
        }
    }

    func codes(
        count: UInt32 = 1, uses: UInt32 = 0, expiresAt: Timestamp? = nil, request: UInt64 = 3
    ) async throws -> [String] {
        let make = CreateCodesRequest(roomID: waiting.room, count: count, uses: uses, expiresAt: expiresAt)
        return try await waiting.admin.createCodes(make, CallOptions(requestID: .numbered(request))).codes
    }

    func join(
        _ caller: TestCaller, _ code: String, request: UInt64, instance: Int = 0
    ) async throws -> QueueAPI.Place {
        let join = JoinRequest(roomID: waiting.room, code: code)
        return try await waiting.client(of: caller, instance: instance).join(
            join, CallOptions(timeout: .minutes(1), requestID: .numbered(request))
        ).place
    }

    /// Joins on many devices at once, spread over the instances. Returns the place or the refusal of each.
    func joinAtOnce(devices: Int, users: Int, _ code: String) async throws -> [String] {
        try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<devices {
                group.addTask {
                    do throws(any Error) {
                        let instance = number / users % waiting.service.instances.count
                        let place = try await join(
                            .user(number % users), code, request: 100 + UInt64(number), instance: instance)
                        return "\(place.placeID)"
                    } catch let failure as RPCFailure { return failure.reason }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    func uses() async throws -> Int64 {
        try await waiting.service.instances[0].database.read { reader in
            try reader.first("select count(*) from code_use") { try $0.int64(0) } ?? 0
        }
    }
}
