import ConcertAPI
import Foundation
import Kernel
import RPC
import Synchronization
import TestSupport
import Testing

@testable import Gateway

/// `gateway admin export` with a concert service of 7 tickets, in pages of 3.
struct ExportTests {
    private static let concert = Concert(concertID: ConcertID(high: 1, low: 1), name: "moon-tour", currency: "EUR")
    private static let all = (1...7 as ClosedRange<UInt64>).map { number in
        Ticket(
            ticketID: TicketID(high: 2, low: number), concertID: concert.concertID, scheduleID: .numbered(3),
            reservationID: .numbered(1), state: .valid, seat: number == 2 ? "=A-1-2" : "A-1-\(number)", price: 4500,
            currency: "EUR", startsAt: .noon, endsAt: .noon, issuedAt: .noon)
    }

    /// Answers `calls` calls of FindTickets, and then fails.
    private func run(
        _ line: String, calls: Int = .max, in folder: TemporaryFolder = TemporaryFolder()
    ) async throws -> CommandResult {
        let answered = Mutex(0)
        let routes = [
            Route(ConcertMethods.listConcerts) { _, _ in ListConcertsReply(concerts: [Self.concert]) },
            Route(ConcertMethods.listSchedules) { _, _ in ListSchedulesReply() },
            Route(ConcertMethods.findTickets) { request, _ in
                let count = answered.withLock {
                    $0 += 1
                    return $0
                }
                guard count <= calls else { throw RPCFailure(.internal, "LOST", "the disk broke") }
                let rest = Self.all.filter { ticket in request.after.map { $0 < ticket.ticketID } ?? true }
                return FindTicketsReply(
                    tickets: Array(rest.prefix(3)), hasMore: rest.count > 3,
                    lastTicketID: rest.prefix(3).last?.ticketID)
            },
        ]
        var result: CommandResult?
        try await StubServices.with(concert: routes) { services in
            result = await services.gateway(
                "admin export tickets moon-tour \(line)".replacing("FILE", with: "\(folder.path)/tickets"))
        }
        return try #require(result)
    }

    private func lines(_ text: String) -> [String] { text.components(separatedBy: "\r\n") }

    @Test func `all rows are printed below a heading, with lines of RFC 4180`() async throws {
        let result = try await run("")
        let lines = lines(result.output)
        #expect(lines.count == 9 && lines.last == "")
        #expect(lines[0].hasPrefix("ticket_id,date,seat,grade,price,currency,state"))
        #expect(lines[1].hasPrefix("\(Self.all[0].ticketID),,A-1-1,,45.00,EUR,valid,"))
        #expect(lines[2].contains(",'=A-1-2,"))
    }

    @Test func `with --json each row is a line`() async throws {
        let lines = try await run("--json").output.split(separator: "\n")
        #expect(lines.count == 7)
        #expect(lines.allSatisfy { $0.hasPrefix("{\"ticketId\":\"") && $0.hasSuffix("}") })
    }

    @Test(arguments: ["", " --json"])
    func `an export to a file that breaks is continued without a gap, also after a crash in a line`(
        format: String
    ) async throws {
        let (whole, folder) = (TemporaryFolder(), TemporaryFolder())
        _ = try await run("--output FILE" + format, in: whole)
        let expected = try String(contentsOfFile: "\(whole.path)/tickets", encoding: .utf8)
        let broken = try await run("--output FILE" + format, calls: 1, in: folder)
        #expect(broken.exit != .done && broken.errorOutput.contains("--resume"), "\(broken)")
        let path = "\(folder.path)/tickets"
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(Self.all[3].ticketID),,A-1".utf8))
        try file.close()
        let resumed = try await run("--output FILE --resume" + format, in: folder)
        #expect(resumed.exit == .done, "\(resumed)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
        let again = try await run("--output FILE --resume" + format, in: folder)
        #expect(again.exit == .done, "\(again)")
        #expect(try String(contentsOfFile: path, encoding: .utf8) == expected)
    }

    @Test func `an export to standard output is continued after the key that the message names`() async throws {
        let broken = try await run("", calls: 1)
        let key = "\(Self.all[2].ticketID)"
        #expect(
            broken.errorOutput.contains("3 rows are complete. To continue, repeat the command with: --after \(key)"))
        let rest = try await run("--after \(key)")
        #expect(try await run("").output == broken.output + rest.output)
    }

    @Test func `an export overwrites no file, and continues no other one`() async throws {
        let folder = TemporaryFolder()
        folder.write("notes\nmore notes\n", to: "tickets")
        #expect(try await run("--output FILE", in: folder).exit == .file)
        let resumed = try await run("--output FILE --resume", in: folder)
        #expect(resumed.exit == .refused && resumed.errorOutput.contains("is another export"), "\(resumed)")
        let kept = try String(contentsOfFile: "\(folder.path)/tickets", encoding: .utf8)
        #expect(kept == "notes\nmore notes\n")
        #expect(try await run("--resume").exit == .usage)
        #expect(try await run("--after nonsense").exit == .usage)
        #expect(try await run("--output FILE --after x", in: TemporaryFolder()).exit == .usage)
    }

    @Test(arguments: ["", "ticket_id"])
    func `a file without a complete line is begun again`(content: String) async throws {
        let folder = TemporaryFolder()
        folder.write(content, to: "tickets")
        let result = try await run("--output FILE --resume", in: folder)
        #expect(result.exit == .done, "\(result)")
        #expect(lines(try String(contentsOfFile: "\(folder.path)/tickets", encoding: .utf8)).count == 9)
    }
}
