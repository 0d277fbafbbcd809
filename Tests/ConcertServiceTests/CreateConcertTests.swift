import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CreateConcertTests {
    @Test(arguments: Engine.available)
    func `a repeated request creates one concert, and another concert cannot take its name`(
        engine: Engine
    ) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            let again = try await calls.createConcert(.moonTour, CallOptions(requestID: .numbered(1)))
            #expect(again.concert?.concertID == house.concert.bytes)
            var other = CreateConcertRequest.moonTour
            other.title = "Sun Tour"
            await expectRefusal("REQUEST_ID_REUSED") {
                try await calls.createConcert(other, CallOptions(requestID: .numbered(1)))
            }
            await expectRefusal("NAME_TAKEN") {
                try await calls.createConcert(.moonTour, CallOptions(requestID: .numbered(4)))
            }
        }
    }

    @Test(arguments: Engine.available)
    func `a refusal names the invalid field`(engine: Engine) async throws {
        try await House.with(engine) { house in
            let calls = house.calls(of: .operator)
            for (change, field) in [
                ({ $0.name = "Moon Tour" }, "name"), ({ $0.title = "" }, "title"),
                ({ $0.currency = "XXX" }, "currency"),
                ({ $0.host = String(repeating: "x", count: 201) }, "host"),
                ({ $0.browseRoomID = [1] }, "browse_room_id"),
            ] as [((inout CreateConcertRequest) -> Void, String)] {
                var request = CreateConcertRequest.moonTour
                change(&request)
                let failure = await expectRefusal("INVALID_FIELD") {
                    try await calls.createConcert(request, CallOptions(requestID: .numbered(5)))
                }
                #expect(failure?.message.hasPrefix(field + " ") == true, "\(failure?.message ?? "")")
            }
        }
    }

    @Test func `users cannot create concerts`() async throws {
        try await House.with(.memory) { house in
            await expectRefusal("ROLE_NOT_ALLOWED") {
                try await house.calls(of: .alice).createConcert(.moonTour, CallOptions(requestID: .numbered(6)))
            }
        }
    }
}
