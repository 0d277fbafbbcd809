import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin room create` and `list`.
struct RoomCommandsTests {
    private func create(_ flags: String) async throws -> CommandResult {
        let routes = [
            Route(QueueMethods.createRoom) { request, _ in
                CreateRoomReply(
                    room: Room(
                        roomID: RoomID(high: 5, low: 1), name: request.name, state: .open, times: RoomTimes(),
                        limits: request.limits ?? RoomLimits()))
            }
        ]
        var result: CommandResult?
        try await StubServices.with(queue: routes) { result = await $0.gateway("admin room create sale \(flags)") }
        return try #require(result)
    }

    @Test func `a room without limits is created with a warning that it admits every user at once`() async throws {
        let warning = "This room admits every user at once, because it has no limit."
        #expect(try await create("").errorOutput.contains(warning))
        #expect(try await create("--active 200").errorOutput == "")
        #expect(try await create("--rate 20").errorOutput == "")
    }

    @Test func `a list of rooms shows their limits, in columns that name them`() async throws {
        let routes = [
            Route(QueueMethods.listRooms) { _, _ in
                ListRoomsReply(rooms: [
                    Room(
                        roomID: RoomID(high: 5, low: 1), name: "sale", state: .open, times: RoomTimes(),
                        limits: RoomLimits(activeLimit: 200))
                ])
            }
        ]
        try await StubServices.with(queue: routes) { services in
            #expect(
                await services.gateway("admin room list").output == """
                    ROOM  STATE  ACTIVE AT MOST  ADMITTED PER SECOND
                    sale  open              200             no limit

                    """)
        }
    }
}
