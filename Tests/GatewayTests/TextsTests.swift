import ConcertAPI
import Journeys
import Kernel
import QueueAPI
import RPC
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

/// What buyers read.
struct TextsTests {
    private static let payments = (1...2).map { PaymentID(high: 4, low: UInt64($0)) }

    private static func entry(
        _ serial: UInt64, _ kind: EntryKind, _ amount: UInt64, _ left: UInt64, _ payment: Int? = nil
    )
        -> Entry
    {
        Entry(
            serial: serial, kind: kind, amount: amount, currency: "EUR", available: left,
            paymentID: payment.map { payments[$0 - 1] }, at: .noon + .minutes(Int64(serial)))
    }

    @Test func `the history shows a decided payment once, with its sign, and the newest entry first`() async throws {
        let routes = [
            Route(WalletMethods.showBalance) { _, _ in
                ShowBalanceReply(balances: [Balance(currency: "EUR", available: 100, pending: 1000)])
            },
            Route(WalletMethods.listEntries) { _, _ in
                ListEntriesReply(entries: [
                    Self.entry(5, .setAside, 1000, 100, 2), Self.entry(4, .payment, 8900, 1100, 1),
                    Self.entry(3, .setAside, 8900, 1100, 1), Self.entry(1, .topUp, 10_000, 10_000),
                ])
            },
        ]
        try await StubServices.with(wallet: routes) { services in
            let short = await services.gateway("history --columns kind,amount,available --no-headers").output
            #expect(
                short == """
                    set aside for a payment   -10.00 EUR    1.00 EUR
                    payment                   -89.00 EUR   11.00 EUR
                    top-up                   +100.00 EUR  100.00 EUR

                    """)
            #expect(await services.gateway("history --all").output.split(separator: "\n").count == 5)
            #expect(await services.gateway("history -o jsonl").output.split(separator: "\n").count == 4)
        }
    }

    @Test func `the limit of the history counts the entries that are shown`() async throws {
        let all = [
            Self.entry(9, .payment, 100, 900, 2), Self.entry(8, .setAside, 100, 900, 2),
            Self.entry(7, .topUp, 500, 1000),
            Self.entry(6, .payment, 100, 500, 1), Self.entry(5, .setAside, 100, 500, 1),
            Self.entry(4, .topUp, 600, 600),
        ]
        let routes = [
            Route(WalletMethods.showBalance) { _, _ in
                ShowBalanceReply(balances: [Balance(currency: "EUR", available: 900)])
            },
            Route(WalletMethods.listEntries) { request, _ in
                let rest = all.filter { request.beforeSerial == 0 || $0.serial < request.beforeSerial }
                return ListEntriesReply(entries: Array(rest.prefix(2)), hasMore: rest.count > 2)
            },
        ]
        try await StubServices.with(wallet: routes) { services in
            func kinds(_ words: String) async -> [Substring] {
                await services.gateway("history \(words) --columns kind --no-headers").output.split(separator: "\n")
            }
            #expect(await kinds("--limit 2") == ["payment", "top-up"])
            #expect(await kinds("--limit 4") == ["payment", "top-up", "payment", "top-up"])
            #expect(await kinds("--limit 9").count == 4)
            #expect(await kinds("--limit 2 --all") == ["payment", "set aside for a payment"])
        }
    }

    @Test(arguments: [
        "admin concert configure moon-tour", "admin schedule configure moon-tour/friday",
        "admin schedule returns moon-tour/friday", "admin room configure sale",
    ])
    func `a change without a setting is a usage error`(line: String) async throws {
        try await StubServices.with { services in
            let result = await services.gateway(line)
            #expect(result.exit == .usage)
            #expect(result.errorOutput.hasPrefix("gateway: there is nothing to change. Pass a setting, such as --"))
        }
    }

    @Test(arguments: [(1, "1 seat"), (0, "0 seats"), (2, "2 seats")])
    func `a number stands before the right form of its noun`(number: Int, text: String) {
        #expect(number.counted("seat") == text)
        #expect(UInt64(number).counted("entry", "entries") == (number == 1 ? "1 entry" : "\(number) entries"))
    }

    @Test func `a place says how many people are ahead, and when a line opens`() async throws {
        var place = Place(
            roomID: RoomID(high: 5, low: 1), placeID: PlaceID(high: 6, low: 1), state: .waiting, roomState: .open,
            serial: 8,
            peopleAhead: 4)
        let shown = Recorder<Place>()
        let show = Route(QueueMethods.showPlace) { _, _ in
            ShowPlaceReply(
                place: shown.all.last
                    ?? Place(
                        roomID: RoomID(high: 5, low: 1), placeID: PlaceID(high: 6, low: 1)))
        }
        try await StubServices.with(queue: [show]) { services in
            try services.updateActivity {
                $0.add(RecentActivity.Place(room: place.roomID, place: place.placeID, target: "moon-tour"))
            }
            shown.add(place)
            #expect(await services.gateway("place").output == "4 people are ahead of you in the line for moon-tour")
            place.roomState = .preQueue
            place.peopleAhead = 0
            place.opensAt = services.clock.now + .minutes(90)
            shown.add(place)
            #expect(
                await services.gateway("place").output.hasPrefix(
                    "You are next in the line for moon-tour. The line opens in 1 h 30 min, on "))
        }
    }

    @Test(arguments: ["Alice", "al", "alice!"])
    func `a name is checked before the password is asked`(name: String) async {
        let result = await gateway("sign-up", name)
        #expect(result.exit == .refused)
        #expect(result.errorOutput.hasPrefix("gateway: NAME \(name)"), "\(result.errorOutput)")
    }
}
