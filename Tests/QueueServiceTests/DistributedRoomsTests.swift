import Database
import Kernel
import QueueAPI
import QueueService
import RPC
import Service
import TestSupport
import Testing

/// Rooms of distributed tables while the server with one of them is away. Then a list of all rooms fails, and so does each statement
/// on that room.
@Suite struct DistributedRoomsTests {
    private static let steps: [Statement] = [
        "create table away (room_id uuid)",
        // A rollback does not undo it.
        "create sequence attempt",
        """
        create function is_here(id uuid) returns boolean language plpgsql as $$
        begin
            if exists (select from away where room_id = id) then
                perform nextval('attempt');
                raise exception 'connection to the remote node failed' using errcode = '08006';
            end if;
            return true;
        end $$
        """,
        "alter table room rename to room_of_all_servers",
        "create view room as select * from room_of_all_servers where is_here(room_id)",
    ]

    /// Runs `body` with two rooms that open in a second. The server of the first one is away after both were settled.
    private func with(
        instances: Int = 1, _ body: (_ away: Waiting, _ here: Waiting) async throws -> Void
    ) async throws {
        try await TestService.with(.queue, on: .postgreSQL, instances: instances) { service in
            let admin = QueueClient(service.client(of: .operator))
            var rooms: [Waiting] = []
            for (number, name) in [(1, "away"), (2, "here")] as [(UInt64, String)] {
                let request = CreateRoomRequest(
                    name: name, limits: RoomLimits(activeLimit: 1),
                    times: RoomTimes(joinsAt: Timestamp(milliseconds: 1), opensAt: .noon + .seconds(1)))
                let room = try await admin.createRoom(request, CallOptions(requestID: .numbered(number))).room
                rooms.append(Waiting(service: service, room: room.roomID))
            }
            for job in ["settlement", "checkpoints"] { try await service.instances[0].run(job) }
            let room = rooms[0].room
            try await service.instances[0].database.transaction { tx in
                for step in Self.steps { try tx.execute(step) }
                try tx.execute("insert into away (room_id) values ($1)", room)
            }
            try await body(rooms[0], rooms[1])
        }
    }

    @Test func `a room opens and its line is logged while the server of another room is away`() async throws {
        try await with { away, here in
            await #expect(throws: RPCFailure.self) { try await away.join(.alice, request: 10) }
            let bob = try await here.join(.bob, request: 11)
            here.service.clock.advance(by: .seconds(1))
            try await here.service.run("settlement")
            #expect(try await here.show(.bob, bob).state == .admitted)
            try await here.service.run("checkpoints")
            #expect(try await here.checkpoint().size == 1)
            await #expect(throws: DatabaseError.self) { try await here.service.run("rooms") }
        }
    }

    @Test func `an instance that starts while a server is away settles the rooms of its callers`() async throws {
        try await with(instances: 2) { away, here in
            let new = here.service.instances[1]
            await #expect(throws: DatabaseError.self) { try await new.run("settlement") }
            let bob = try await here.join(.bob, request: 11)
            #expect(try await here.show(.bob, bob, instance: 1).state == .waiting)
            here.service.clock.advance(by: .seconds(1))
            try await new.run("settlement")
            #expect(try await here.show(.bob, bob).state == .admitted)
        }
    }

    @Test func `a room whose server returns is settled while another server is away`() async throws {
        try await with { away, here in
            here.service.clock.advance(by: .seconds(1))
            try await here.service.run("settlement")
            let room = here.room
            try await here.service.instances[0].database.transaction { tx in
                try tx.execute("update away set room_id = $1", room)
            }
            let alice = try await away.join(.alice, request: 10)
            await #expect(throws: DatabaseError.self) { try await here.service.run("rooms") }
            try await here.service.run("settlement")
            #expect(try await away.show(.alice, alice).state == .admitted)
        }
    }

    @Test func `a room whose server is away is not read again with every settlement`() async throws {
        try await with { away, here in
            let database = here.service.instances[0].database
            func attempts() async throws -> Int64? {
                try await database.read { try $0.first("select last_value from attempt", map: { try $0.int64(0) }) }
            }
            here.service.clock.advance(by: .seconds(1))
            try await here.service.run("settlement")
            let first = try await attempts()
            for number in 1...3 {
                _ = try await here.join(.user(number), request: UInt64(20 + number))
                here.service.clock.advance(by: .seconds(1))
                try await here.service.run("settlement")
            }
            #expect(try await attempts() == first)
            await #expect(throws: DatabaseError.self) { try await here.service.run("rooms") }
            #expect(try #require(try await attempts()) > (try #require(first)))
        }
    }
}
