import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

/// RevokePlace with a ban, and its end.
@Suite struct LiftBanTests {
    private static func ban(
        _ place: QueueAPI.Place, _ waiting: Waiting, number: UInt64? = nil, reason: String = "bought by a robot"
    ) async throws -> PlaceState {
        let request = RevokePlaceRequest(roomID: waiting.room, placeID: place.placeID, reason: reason, ban: true)
        return try await waiting.admin.revokePlace(request, options(number)).state
    }

    private static func lift(_ caller: TestCaller, _ waiting: Waiting, number: UInt64? = nil) async throws {
        let request = LiftBanRequest(roomID: waiting.room, userID: caller.user)
        _ = try await waiting.admin.liftBan(request, options(number))
    }

    private static func options(_ number: UInt64?) -> CallOptions {
        CallOptions(requestID: number.map { .numbered($0) } ?? .make(at: .noon))
    }

    struct Accepts {
        @Test(arguments: Engine.available)
        func `a banned user cannot join this room until the ban is lifted`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let alice = try await waiting.join(.alice, request: 10)
                #expect(try await ban(alice, waiting) == .revoked)
                #expect(try await waiting.show(.alice, alice).reason == "bought by a robot")
                let failure = await #expect(throws: RPCFailure.self) { try await waiting.join(.alice, request: 11) }
                #expect(failure?.reason == "USER_BANNED" && failure?.message.hasSuffix(": bought by a robot") == true)
                #expect(try await waiting.join(.bob, request: 12).state == .admitted, "others join")
                let other = try await waiting.create("other").roomID
                _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: other))
                let options = CallOptions(requestID: .numbered(13))
                let elsewhere = try await waiting.client(of: .alice).join(JoinRequest(roomID: other), options).place
                #expect(elsewhere.state == .admitted, "other rooms are open")
                try await lift(.alice, waiting)
                #expect(try await waiting.join(.alice, request: 14).state == .waiting)
            }
        }

        @Test(arguments: Engine.available)
        func `a ban by an ended place also ends the user's later place`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let first = try await waiting.join(.alice, request: 10)
                _ = try await waiting.leave(.alice, first)
                let second = try await waiting.join(.alice, request: 11)
                #expect(try await ban(first, waiting) == .left, "an ended place does not change")
                #expect(try await waiting.show(.alice, second).state == .revoked)
                #expect(try await waiting.join(.bob, request: 12).state == .admitted, "the slot is free")
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `an unknown place or room is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                var place = try await waiting.join(.alice, request: 10)
                place.placeID = .unknown
                try await refused("PLACE_UNKNOWN") { _ = try await ban(place, waiting) }
                let lost = LiftBanRequest(roomID: .unknown, userID: .alice)
                try await refused("ROOM_UNKNOWN") { _ = try await waiting.admin.liftBan(lost, options(60)) }
                #expect(try await waiting.join(.alice, request: 11).state == .admitted)
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated ban or lift changes nothing and is one action`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                for _ in 0..<2 { #expect(try await ban(place, waiting) == .revoked) }
                #expect(try await waiting.join(.alice, request: 10).state == .revoked, "the answer to the first join")
                for _ in 0..<2 { try await lift(.alice, waiting) }
                #expect(try await waiting.join(.alice, request: 11).state == .admitted)
                let methods = try await waiting.service.actions().map(\.method)
                #expect(methods.count { $0.hasSuffix("/RevokePlace") } == 1)
                #expect(methods.count { $0.hasSuffix("/LiftBan") } == 1)
            }
        }
    }

    struct LateCopies {
        @Test(arguments: Engine.available)
        func `a late copy of a ban bans nobody after the ban was lifted`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let first = try await waiting.join(.alice, request: 10)
                #expect(try await ban(first, waiting, number: 50) == .revoked)
                #expect(try await ban(first, waiting, number: 51) == .revoked, "another request for the same ban")
                try await lift(.alice, waiting)
                let second = try await waiting.join(.alice, request: 11)
                for number in [50, 51] as [UInt64] {
                    #expect(try await ban(first, waiting, number: number) == .revoked, "the answer to the first try")
                }
                #expect(try await waiting.show(.alice, second).state == .admitted)
                #expect(try await ban(first, waiting, number: 52) == .revoked, "a new request bans again")
                #expect(try await waiting.show(.alice, second).state == .revoked)
            }
        }

        @Test(arguments: Engine.available)
        func `a late copy of a lift does not end a later ban`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                _ = try await ban(place, waiting, number: 50)
                try await lift(.alice, waiting, number: 51)
                _ = try await ban(place, waiting, number: 52)
                try await lift(.alice, waiting, number: 51)
                try await refused("USER_BANNED") { try await waiting.join(.alice, request: 11) }
            }
        }

        @Test(arguments: Engine.available)
        func `another ban or lift with the same request id is refused`(engine: Engine) async throws {
            try await Waiting.with(engine) { waiting in
                let place = try await waiting.join(.alice, request: 10)
                _ = try await ban(place, waiting, number: 50)
                try await refused("REQUEST_ID_REUSED") {
                    _ = try await ban(place, waiting, number: 50, reason: "another")
                }
                try await refused("REQUEST_ID_REUSED") { try await lift(.alice, waiting, number: 50) }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `a user who joins during the ban has no live place after it`(engine: Engine) async throws {
            try await Waiting.with(engine, instances: engine.instances) { waiting in
                let first = try await waiting.join(.alice, request: 10)
                _ = try await waiting.leave(.alice, first)
                let count = waiting.service.instances.count
                await withTaskGroup { group in
                    for number in 0..<8 {
                        group.addTask {
                            _ = try? await waiting.join(
                                .alice, request: UInt64(20 + number), instance: number % count)
                        }
                    }
                    group.addTask { _ = try? await ban(first, waiting) }
                }
                let places = try await waiting.client(of: .alice).listPlaces(ListPlacesRequest()).places
                #expect(places.allSatisfy { $0.state == .left || $0.state == .revoked })
                try await refused("USER_BANNED") { try await waiting.join(.alice, request: 99) }
            }
        }
    }
}
