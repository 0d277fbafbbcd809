import Kernel
import TestSupport
import Testing

@testable import Gateway

struct KeepingTests {
    private let folder = TemporaryFolder()
    private var home: Home { Home(["XDG_CONFIG_HOME": folder.path]) }
    private let concert = ConcertID(high: 1, low: 1)

    private func reservation(_ number: UInt64) -> Memory.Reservation {
        Memory.Reservation(concert: concert, reservation: ReservationID(high: 2, low: number))
    }

    private func payment(_ number: UInt64) -> PaymentID { PaymentID(high: 3, low: number) }

    @Test func `what is kept is for this user alone, and comes back as it was`() throws {
        let kept = KeptCredential(
            name: "alice", role: .user, user: .init(high: 1, low: 2), expiry: Timestamp(milliseconds: 3),
            bytes: [4, 255])
        try home.keep(kept)
        #expect(try home.credential(of: .user) == kept)
        #expect(try home.credential(of: .operator) == nil)
        #expect(folder.mode(of: "onsale") == 0o700)
        #expect(folder.mode(of: "onsale/sign-in") == 0o600)
        try home.forget(.user)
        #expect(try home.credential(of: .user) == nil)
    }

    @Test func `a sign-in that others can read is refused`() throws {
        try home.write("", to: "sign-in")
        _ = Command.run("chmod", "640", "\(folder.path)/onsale/sign-in")
        let error = #expect(throws: GatewayError.self) { try home.credential(of: .user) }
        #expect(error?.exit == .file)
        #expect(error?.message.contains("chmod 600 \(folder.path)/onsale/sign-in") == true)
    }

    @Test func `a folder that cannot be written is an error of its own kind`() {
        let home = Home(["XDG_CONFIG_HOME": "/proc/nothing"])
        let error = #expect(throws: GatewayError.self) { try home.write("", to: "sign-in") }
        #expect(error?.exit == .file)
    }

    @Test func `the same reservation is paid by the same payment until its outcome is known`() throws {
        var memory = Memory()
        #expect(try memory.payment(for: reservation(1), orBegin: payment(1)) == payment(1))
        memory = Memory(memory.text)
        #expect(try memory.payment(for: reservation(1), orBegin: payment(2)) == payment(1))
        memory.settle(payment(1))
        #expect(try memory.payment(for: reservation(1), orBegin: payment(3)) == payment(1))
        #expect(try memory.payment(for: reservation(2), orBegin: payment(4)) == payment(4))
        memory.forgetPayment(payment(4))
        #expect(try memory.payment(for: reservation(2), orBegin: payment(5)) == payment(5))
    }

    @Test(arguments: [
        ("moon-tour/friday", ["moon-tour/friday"]), ("moon-tour/saturday", []), ("moon-tour", ["moon-tour/friday"]),
        ("sun-tour/friday", ["sun-tour"]), ("sun-tour", ["sun-tour"]),
        ("sea-tour", ["sea-tour/sunday", "sea-tour/monday"]),
        ("sea-tour/sunday", ["sea-tour/sunday"]), ("room:sale", ["room:sale"]), ("room:other", []),
    ])
    func `a place is meant by its concert unless both name a date`(typed: String, meant: [String]) throws {
        var memory = Memory()
        let targets = ["sea-tour/monday", "moon-tour/friday", "sun-tour", "sea-tour/sunday", "room:sale"]
        for (number, target) in targets.enumerated() {
            let room = RoomID(high: 5, low: UInt64(number))
            memory.remember(.init(room: room, place: PlaceID(high: 6, low: 1), target: target))
        }
        #expect(memory.places(for: try #require(Target(typed))).map(\.target) == meant)
    }

    @Test func `a reservation that was asked for without an answer is remembered as such`() {
        var memory = Memory()
        memory.remember(reservation(1))
        memory.remember(.init(concert: concert, reservation: reservation(2).reservation, isOpen: true))
        memory = Memory(memory.text)
        #expect(memory.reservations.map(\.isOpen) == [false, true])
        memory.remember(reservation(2))
        #expect(memory.reservations == [reservation(1), reservation(2)])
        memory.forgetReservation(reservation(2).reservation)
        #expect(memory.reservations == [reservation(1)])
    }

    @Test func `a file is read to its end, also where it is a pipe`() throws {
        let pipe = "\(folder.path)/pipe"
        _ = Command.run("mkfifo", "-m", "600", pipe)
        let writer = ChildProcess(["sh", "-c", "exec >\(pipe); echo first; sleep 0.1; echo second"])
        #expect(try Home.read(pipe) == "first\nsecond\n")
        writer.wait()
    }

    @Test func `old things are forgotten, but no payment without an outcome`() throws {
        var memory = Memory()
        _ = try memory.payment(for: reservation(0), orBegin: payment(0))
        for number in 1...UInt64(Memory.mostOfAKind + 9) {
            memory.remember(reservation(number))
            memory.remember(
                .init(room: RoomID(high: 5, low: number), place: PlaceID(high: 6, low: 1), target: "moon-tour"))
            _ = try memory.payment(for: reservation(number), orBegin: payment(number))
            memory.settle(payment(number))
        }
        #expect(memory.places.count == Memory.mostOfAKind)
        #expect(memory.reservations.count == Memory.mostOfAKind)
        #expect(memory.payments.count == Memory.mostOfAKind)
        #expect(memory.payments.first?.payment == payment(0))
        #expect(Memory(memory.text) == memory)
    }

    @Test func `payments without an outcome have a bound`() throws {
        var memory = Memory()
        for number in 1...UInt64(Memory.mostOpenPayments) {
            _ = try memory.payment(for: reservation(number), orBegin: payment(number))
        }
        #expect(throws: GatewayError.self) { try memory.payment(for: reservation(0), orBegin: payment(0)) }
    }

    @Test func `of two who pay at the same moment, both send the same payment`() async throws {
        let payments = try await withThrowingTaskGroup(of: PaymentID.self) { group in
            for number in 1...20 {
                group.addTask { [home, reservation = reservation(1), payment = payment(UInt64(number))] in
                    try await onThread {
                        var chosen = payment
                        try home.update("memory") { text throws(GatewayError) in
                            var memory = Memory(text)
                            chosen = try memory.payment(for: reservation, orBegin: payment)
                            text = memory.text
                        }
                        return chosen
                    }
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(payments.count == 1)
    }
}
