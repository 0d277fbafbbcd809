import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct CreateConcertTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a concert has the id of its request, and its texts and currency`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let request = CreateConcertRequest(
                    name: "sun", title: "Sun Tour", host: "The Suns", currency: "JPY", zone: "America/Port-au-Prince")
                let reply = try await house.calls(of: .operator).createConcert(
                    request, CallOptions(requestID: .numbered(4)))
                let concert = reply.concert
                #expect(
                    concert.concertID == .numbered(4)
                        && concert.createdAt == Timestamp.noon.later(.zero))
                #expect(
                    [concert.name, concert.title, concert.host, concert.currency, concert.zone] == [
                        "sun", "Sun Tour", "The Suns", "JPY", "America/Port-au-Prince",
                    ])
                let listed = try await house.calls(of: .operator).listConcerts(ListConcertsRequest(name: "sun"))
                #expect(listed.concerts == [concert])
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a refusal names the invalid field`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                for (change, field) in [
                    ({ $0.name = "Moon Tour" }, "name"), ({ $0.title = "" }, "title"),
                    ({ $0.currency = "XXX" }, "currency"),
                    ({ $0.zone = "../zone" }, "zone"), ({ $0.zone = String(repeating: "x", count: 65) }, "zone"),
                    ({ $0.host = String(repeating: "x", count: 201) }, "host"),
                ] as [((inout CreateConcertRequest) -> Void, String)] {
                    var request = CreateConcertRequest.moonTour
                    change(&request)
                    let failure = await expectRefusal("INVALID_FIELD") {
                        try await calls.createConcert(request, CallOptions(requestID: .numbered(5)))
                    }
                    let violated = failure?.violation?.field.split(separator: ".").last
                    #expect(violated == field[...], "\(failure?.message ?? "")")
                }
            }
        }

        @Test(arguments: Engine.available)
        func `a taken name is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                await expectRefusal("NAME_TAKEN") {
                    try await house.calls(of: .operator).createConcert(.moonTour, CallOptions(requestID: .numbered(4)))
                }
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated request gets its concert, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                let calls = house.calls(of: .operator)
                let again = try await calls.createConcert(.moonTour, CallOptions(requestID: .numbered(1)))
                #expect(again.concert.concertID == house.concert)
                var other = CreateConcertRequest.moonTour
                other.title = "Sun Tour"
                await expectRefusal("REQUEST_ID_REUSED") {
                    try await calls.createConcert(other, CallOptions(requestID: .numbered(1)))
                }
            }
        }
    }

    struct Races {
        @Test(arguments: Engine.available)
        func `simultaneous duplicates create one concert`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                for number in 0..<20 as Range<UInt64> {
                    var concert = CreateConcertRequest.moonTour
                    concert.name = "tour-\(number)"
                    let (one, two) = try await house.twice { [concert] in
                        try await $0.createConcert(concert, CallOptions(requestID: .numbered(100 + number)))
                    }
                    #expect(one == two)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `of two simultaneous concerts with one request id, one is created`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let calls = (0..<2).map { house.calls(of: .operator, instance: $0 % house.service.instances.count) }
                for number in 0..<20 as Range<UInt64> {
                    let reasons = await withTaskGroup(of: String.self) { group in
                        for (index, calls) in calls.enumerated() {
                            group.addTask {
                                var request = CreateConcertRequest.moonTour
                                request.name = "tour-\(number)-\(index)"
                                do {
                                    _ = try await calls.createConcert(
                                        request, CallOptions(requestID: .numbered(100 + number)))
                                    return "created"
                                } catch {
                                    return (error as? RPCFailure)?.reason ?? "\(error)"
                                }
                            }
                        }
                        return await group.reduce(into: [String]()) { $0.append($1) }.sorted()
                    }
                    #expect(reasons == ["REQUEST_ID_REUSED", "created"])
                }
            }
        }
    }
}
