import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@Suite struct ConfigureConcertTests {
    struct Accepts {
        @Test(arguments: Engine.available)
        func `a concert gets new texts, and keeps its name, currency and time of creation`(engine: Engine) async throws
        {
            try await House.with(engine) { house in
                house.clock.advance(by: .minutes(1))
                let changed = try await house.configure(house.sun(), number: 5)
                #expect([changed.title, changed.host] == ["Sun Tour", "The Suns"])
                #expect([changed.name, changed.currency] == ["moon-tour", "EUR"])
                #expect(changed.createdAt == .noon)
                #expect(changed.updatedAt == Timestamp.noon.later(.minutes(1)))
                #expect(changed.version == 2)
                #expect(try await house.calls(of: nil).listConcerts(ListConcertsRequest()).concerts == [changed])
            }
        }

        @Test(arguments: Engine.available)
        func `a new browse room applies to the next list of dates`(engine: Engine) async throws {
            try await House.with(engine) { house in
                var change = house.sun()
                change.browseRoomID = .hall
                _ = try await house.configure(change, number: 5)
                let list = ListSchedulesRequest(concertID: house.concert)
                await expectRefusal("PASS_MISSING") { try await house.calls(of: .alice).listSchedules(list) }
                (change.browseRoomID, change.version) = (nil, 2)
                _ = try await house.configure(change, number: 6)
                _ = try await house.calls(of: .alice).listSchedules(list)
            }
        }
    }

    struct Refuses {
        @Test(arguments: Engine.available)
        func `a change from an older version is refused, with the latest version`(engine: Engine) async throws {
            try await House.with(engine) { house in
                _ = try await house.configure(house.sun(), number: 5)
                let failure = await expectRefusal("CONCERT_CHANGED") {
                    try await house.configure(house.sun(), number: 6)
                }
                #expect(failure?.message.contains("version 2") == true)
                var unknown = house.sun()
                unknown.concertID = .numbered(99)
                await expectRefusal("CONCERT_UNKNOWN") { try await house.configure(unknown, number: 7) }
            }
        }

        @Test(arguments: [
            ("title", ""), ("title", "Sun\u{1b}[2J"), ("title", "Sun\u{202e}nooM"), ("host", "The\nSuns"),
            ("host", " The Suns"), ("host", String(repeating: "x", count: 201)),
        ])
        func `a text that would change how others are shown is refused, and nothing changes`(
            field: String, text: String
        ) async throws {
            try await House.with(.memory) { house in
                var change = house.sun()
                if field == "title" { change.title = text } else { change.host = text }
                let failure = await expectRefusal("INVALID_FIELD") { try await house.configure(change, number: 5) }
                #expect(failure?.violation?.field == field)
                let concerts = try await house.calls(of: nil).listConcerts(ListConcertsRequest()).concerts
                #expect(concerts.map(\.title) == ["Moon Tour"])
            }
        }
    }

    struct Retries {
        @Test(arguments: Engine.available)
        func `a repeated change changes nothing, another one with its id is refused`(engine: Engine) async throws {
            try await House.with(engine) { house in
                var change = house.sun()
                let actions = try await house.service.actions().count
                for _ in 1...2 { #expect(try await house.configure(change, number: 5).version == 2) }
                #expect(try await house.service.actions().count == actions + 1)
                change.title = "Star Tour"
                await expectRefusal("REQUEST_ID_REUSED") { try await house.configure(change, number: 5) }
            }
        }

        @Test(arguments: Engine.available)
        func `a repeated creation gets the concert as it is now`(engine: Engine) async throws {
            try await House.with(engine) { house in
                for number in 5...6 as ClosedRange<UInt64> {
                    var change = house.sun()
                    change.version = number - 4
                    _ = try await house.configure(change, number: number)
                }
                let calls = house.calls(of: .operator)
                let again = try await calls.createConcert(.moonTour, CallOptions(requestID: .numbered(1)))
                #expect(again.concert.title == "Sun Tour")
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
        func `simultaneous duplicates change a concert once`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                for number in 1...20 as ClosedRange<UInt64> {
                    var change = house.sun()
                    (change.title, change.version) = ("Tour \(number)", number)
                    let answers = try await house.twice { [change] in
                        try await $0.configureConcert(change, CallOptions(requestID: .numbered(100 + number)))
                    }
                    #expect(answers.0 == answers.1)
                    #expect(answers.0.concert.version == number + 1)
                }
            }
        }

        @Test(arguments: Engine.available)
        func `of two simultaneous changes of one version, one is refused`(engine: Engine) async throws {
            try await House.with(engine, instances: engine.instances) { house in
                let last = house.service.instances.count - 1
                let change = house.sun()
                let titles = await withTaskGroup(of: String?.self) { group in
                    for (index, instance) in [0, last].enumerated() {
                        group.addTask {
                            let options = CallOptions(requestID: .numbered(100 + UInt64(index)))
                            let calls = house.calls(of: .operator, instance: instance)
                            return try? await calls.configureConcert(change, options).concert.title
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(titles.count { $0 == nil } == 1)
            }
        }
    }
}

extension House {
    /// A change of the concert's first version.
    fileprivate func sun() -> ConfigureConcertRequest {
        ConfigureConcertRequest(concertID: concert, title: "Sun Tour", host: "The Suns", version: 1)
    }

    fileprivate func configure(
        _ request: ConfigureConcertRequest, number: UInt64
    ) async throws -> ConcertAPI.Concert {
        try await calls(of: .operator).configureConcert(request, CallOptions(requestID: .numbered(number))).concert
    }
}
