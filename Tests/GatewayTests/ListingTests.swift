import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@testable import Gateway

/// The options of lists, with `gateway concerts`.
struct ListingTests {
    private static let concerts = [("sun", "Sun, Tour"), ("moon", "Moon"), ("mars", "Mars")]

    private func list(_ words: String) async throws -> CommandResult {
        let route = Route(ConcertMethods.listConcerts) { _, _ in
            ListConcertsReply(
                concerts: Self.concerts.enumerated().map { number, concert in
                    Concert(
                        concertID: ConcertID(high: 1, low: UInt64(number)), name: concert.0, title: concert.1,
                        host: "Records \(number)", currency: "EUR")
                })
        }
        var result: CommandResult?
        try await StubServices.with(concert: [route]) { services in
            result = await services.gateway("concerts \(words)")
        }
        return try #require(result)
    }

    @Test(arguments: [
        ("--columns name", "NAME\nsun\nmoon\nmars\n"),
        ("--columns host,name --no-headers", "Records 0  sun\nRecords 1  moon\nRecords 2  mars\n"),
        ("--sort name --columns name --no-headers", "mars\nmoon\nsun\n"),
        ("--sort -name --columns name --no-headers", "sun\nmoon\nmars\n"),
        ("--filter name=moon --columns name --no-headers", "moon\n"),
        ("--filter name!=moon,title~a --columns name --no-headers", "mars\n"),
        ("-o csv --columns name,title", "name,title\nsun,\"Sun, Tour\"\nmoon,Moon\nmars,Mars\n"),
    ])
    func `a list has the columns and rows that the user asks for`(words: String, output: String) async throws {
        let result = try await list(words)
        #expect(result.exit == .done)
        #expect(result.output == output)
    }

    @Test func `a list is an array in JSON, or an object in each line`() async throws {
        #expect(try await list("-o json --filter name=moon").output.hasPrefix(#"[{"concertId":"#))
        let lines = try await list("-o jsonl").output.split(separator: "\n")
        #expect(lines.count == 3 && lines.allSatisfy { $0.hasPrefix("{") })
        #expect(try await list("--json").output == list("-ojson").output)
    }

    @Test(arguments: [
        ("--sort nmae", "there is no column nmae. Did you mean name?"),
        ("--columns price", "there is no column price. There are name, title, host"),
        ("--filter name", "--filter name is no condition such as state=held, state!=held or date~moon"),
        ("--json -o csv", "--json and --format csv exclude each other. Pass one of them"),
    ])
    func `a wrong option of a list is a usage error`(words: String, problem: String) async throws {
        let result = try await list(words)
        #expect(result.exit == .usage)
        #expect(result.errorOutput.contains(problem), "\(result.errorOutput)")
    }

    @Test func `a command without a list has no options of lists, and no CSV`() async {
        #expect(await gateway("whoami", "--columns", "name").errorOutput.contains("unknown option --columns"))
        #expect(await gateway("whoami", "-o", "csv").errorOutput.contains("prints no list, so it has no CSV"))
    }

    @Test func `--verbose prints each call`() async throws {
        let result = try await list("-v")
        #expect(result.errorOutput.contains("gateway: concert onsale.concert.v1.Concert/ListConcerts, "))
        #expect(result.errorOutput.contains(" ms, ok, request "))
    }
}
