import Database
import Identity
import Journeys
import Kernel
import QueueAPI
import QueueService
import RPC
import TestSupport
import Testing

/// The log of what operators did. Every service has it, so these tests hold for all.
@Suite struct ActionLogTests {
    private static let olivia = TestCaller(
        user: .numbered(5), role: .operator, duties: [.sales, .read], session: .numbered(6))

    @Test(arguments: Engine.available)
    func `an action tells who called what and when`(engine: Engine) async throws {
        try await TestService.with(.queue, on: engine) { service in
            let admin = QueueClient(service.client(of: Self.olivia))
            let create = CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 5))
            let room = try await admin.createRoom(create, CallOptions(requestID: .numbered(1))).room.roomID
            service.clock.advance(by: .seconds(1))
            _ = try await admin.openRoom(OpenRoomRequest(roomID: room), CallOptions(requestID: .numbered(2)))
            let actions = try await service.actions()
            #expect(actions.map(\.serial) == [1, 2])
            #expect(actions.map(\.at) == [.noon, .noon + .seconds(1)])
            #expect(actions.allSatisfy { $0.userID == Self.olivia.user && $0.sessionID == Self.olivia.session })
            #expect(actions.allSatisfy { Duties(fields: $0.duties) == [.sales, .read] })
            #expect(actions.map(\.method) == [QueueMethods.createRoom.name, QueueMethods.openRoom.name])
            #expect(actions.map(\.requestID) == [.numbered(1), .numbered(2)])
            #expect(
                actions.map(\.request) == [
                    #"{"name":"sale","limits":{"activeLimit":5}}"#, #"{"roomId":"\#(room)"}"#,
                ])
        }
    }

    @Test(arguments: Engine.available)
    func `a credential that a key file made has no session in the log`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let actions = try await waiting.service.actions()
            #expect(actions.map(\.sessionID) == [nil, nil])
        }
    }

    @Test(arguments: Engine.available)
    func `a call that changes nothing leaves no action`(engine: Engine) async throws {
        try await Waiting.with(engine, limits: RoomLimits(activeLimit: 1, ratePerSecond: 3)) { waiting in
            let (admin, room) = (waiting.admin, waiting.room)
            let before = try await waiting.service.actions()
            // Repeated with its id, with the present values, refused, by a user, and without a change.
            _ = try await admin.createRoom(
                CreateRoomRequest(name: "sale", limits: RoomLimits(activeLimit: 1, ratePerSecond: 3)),
                CallOptions(requestID: .numbered(1)))
            _ = try await admin.openRoom(OpenRoomRequest(roomID: room))
            waiting.service.clock.advance(by: .seconds(1))
            let same = RoomLimits(activeLimit: 1, ratePerSecond: 3)
            _ = try await admin.configureRoom(ConfigureRoomRequest(roomID: room, limits: same))
            try await refused("NAME_TAKEN") { try await waiting.create("sale") }
            let place = try await waiting.join(.alice, request: 10)
            _ = try await waiting.leave(.alice, place)
            _ = try await waiting.revoke(place, because: "late")
            _ = try await admin.listRooms(ListRoomsRequest())
            #expect(try await waiting.service.actions() == before)
        }
    }

    @Test(arguments: Engine.available)
    func `two revocations of one place that arrive together leave one action`(engine: Engine) async throws {
        try await Waiting.with(engine, instances: engine.instances) { waiting in
            let place = try await waiting.join(.alice, request: 10)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<8 {
                    let admin = waiting.client(of: .operator, instance: number % engine.instances)
                    let revoke = RevokePlaceRequest(roomID: waiting.room, placeID: place.placeID, reason: "robot")
                    group.addTask { _ = try await admin.revokePlace(revoke) }
                }
                try await group.waitForAll()
            }
            let methods = try await waiting.service.actions().map(\.method)
            #expect(methods.count { $0 == QueueMethods.revokePlace.name } == 1)
        }
    }

    @Test(arguments: Engine.available)
    func `instances write one chain without a fork`(engine: Engine) async throws {
        let count = 40
        try await Waiting.with(engine, instances: engine.instances) { waiting in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    let instance = number % engine.instances
                    let admin = waiting.client(of: .operator, instance: instance)
                    group.addTask {
                        let options = CallOptions(timeout: .minutes(1), requestID: .numbered(100 + UInt64(number)))
                        _ = try await admin.createRoom(CreateRoomRequest(name: "room-\(number)"), options)
                        try await waiting.service.instances[instance].run("actions")
                    }
                }
                try await group.waitForAll()
            }
            let actions = try await waiting.service.actions()
            #expect(actions.map(\.serial) == (1...UInt64(count + 2)).map { $0 })
            #expect(Set(actions.map(\.requestID)).count == count + 2)
            let audit = try await Self.audit(waiting.service)
            #expect(audit.violation == nil && audit.chain.serial == Int64(count + 2))
        }
    }

    @Test(arguments: Engine.available)
    func `a list selects by operator, call and time, page by page`(engine: Engine) async throws {
        try await Waiting.with(engine) { waiting in
            let olivia = waiting.client(of: Self.olivia)
            waiting.service.clock.advance(by: .seconds(10))
            _ = try await olivia.pauseRoom(PauseRoomRequest(roomID: waiting.room))
            waiting.service.clock.advance(by: .seconds(10))
            _ = try await olivia.openRoom(OpenRoomRequest(roomID: waiting.room))
            let all = try await waiting.service.actions()
            #expect(all.count == 4)
            let cases: [(ListActionsRequest, [UInt64])] = [
                (ListActionsRequest(pageSize: 1), [1, 2, 3, 4]), (ListActionsRequest(afterSerial: 3), [4]),
                (ListActionsRequest(pageSize: 1, userID: Self.olivia.user), [3, 4]),
                (ListActionsRequest(method: QueueMethods.openRoom.name), [2, 4]),
                (ListActionsRequest(since: .noon + .seconds(10)), [3, 4]),
                (ListActionsRequest(until: .noon + .seconds(10)), [1, 2]),
                (ListActionsRequest(since: .noon + .seconds(1), until: .noon + .seconds(20)), [3]),
                (ListActionsRequest(userID: .unknown), []),
            ]
            for (request, serials) in cases {
                #expect(try await waiting.service.actions(request).map(\.serial) == serials, "\(request)")
            }
            let page = try await ActionsClient(waiting.service.client(of: .operator))
                .listActions(ListActionsRequest(userID: .unknown))
            #expect(page.lastSerial == 4 && page.lastHash == all[3].hash && !page.hasMore)
        }
    }

    struct Tampering: Sendable, CustomTestStringConvertible {
        let statements: [String]
        let finding: String?

        var testDescription: String { statements.joined(separator: "; ") }

        init(_ statements: String..., finding: String?) {
            (self.statements, self.finding) = (statements, finding)
        }
    }

    private static let tamperings = [
        Tampering(finding: nil),
        Tampering(
            "update operator_action set method = 'onsale.queue.v1.Queue/OpenRoom' where serial = 3",
            finding: "action 3 does not match its hash: it was changed or replaced"),
        Tampering(
            "update operator_action set duties = 2 where serial = 1",
            finding: "action 1 does not match its hash: it was changed or replaced"),
        Tampering(
            "delete from operator_action where serial = 3", finding: "action 3 is missing: action 4 follows 2"),
        Tampering(
            "delete from operator_action where serial = 1", finding: "action 1 is missing: action 2 follows 0"),
        Tampering(
            "update operator_action set serial = 100 where serial = 3",
            "update operator_action set serial = 3 where serial = 4",
            "update operator_action set serial = 4 where serial = 100",
            finding: "action 3 does not match its hash: it was changed or replaced"),
        Tampering(
            "delete from operator_action where serial = 5", finding: "action 5 is missing: the chain has 5 actions"),
        Tampering(
            "delete from operator_action where serial = 5", "update action_chain set serial = 4",
            finding: "the stored end of the chain is not action 4: the end was changed"),
        Tampering(
            "update operator_action set request = '{}' where serial = 2",
            finding: "the request of action 2 does not match its hash: it was changed"),
        // Personal text is deleted this way.
        Tampering("update operator_action set salt = null, request = null where serial = 2", finding: nil),
    ]

    @Test(arguments: [Engine.memory, .postgreSQL], tamperings)
    func `the first wrong action is found`(engine: Engine, tampering: Tampering) async throws {
        try await Waiting.with(engine) { waiting in
            _ = try await waiting.admin.pauseRoom(PauseRoomRequest(roomID: waiting.room))
            _ = try await waiting.admin.openRoom(OpenRoomRequest(roomID: waiting.room))
            _ = try await waiting.admin.closeRoom(CloseRoomRequest(roomID: waiting.room))
            #expect(try await waiting.service.actions().count == 5)
            try await waiting.service.instances[0].database.transaction { tx in
                for statement in tampering.statements { try tx.execute(Statement(stringLiteral: statement)) }
            }
            #expect(try await Self.audit(waiting.service).violation == tampering.finding)
        }
    }

    @Test func `a deleted request is counted`() async throws {
        try await Waiting.with(.memory) { waiting in
            _ = try await waiting.service.actions()
            try await waiting.service.instances[0].database.transaction { tx in
                try tx.execute("update operator_action set salt = null, request = null where serial = 1")
            }
            let audit = try await Self.audit(waiting.service)
            #expect(audit.violation == nil && audit.deletedRequestCount == 1 && audit.chain.serial == 2)
        }
    }

    @Test func `only an owner and a reader list the actions`() async throws {
        try await TestService.with(.queue, on: .memory, tls: .required) { service in
            let violations = try await service.violations(in: ActionsMethods.service)
            #expect(violations.isEmpty)
        }
    }

    private static func audit(_ service: TestService) async throws -> ActionAudit {
        let client = ActionsClient(service.client(of: .operator))
        return try await ActionAudit { try await client.listActions($0) }
    }
}
