import ConcertAPI
import Journeys
import Kernel
import RPC
import TestSupport
import Testing
import WalletAPI

@testable import Gateway

struct CallTests {
    /// Runs `body` with a server on a free port.
    private func withServer(_ body: (_ address: String) async throws -> Void) async throws {
        let loops = Loops(count: 1)
        let server = Server([], on: loops)
        let address = try server.listen(on: .loopback(0))
        try await body("\(address)")
        await server.shutdown()
        loops.stop()
    }

    @Test(arguments: ["onsale.health.v1.Health/Check", "Health/Check", "Check"])
    func `a method is called by its full name or by an unambiguous suffix`(name: String) async throws {
        try await withServer { address in
            let outcome = await gateway("call", "--at", address, name)
            #expect(outcome == CommandResult(exit: .done, output: "{\n  \"status\": \"SERVING\"\n}"))
        }
    }

    @Test func `the request and the reply are JSON`() async throws {
        try await withServer { address in
            let outcome = await gateway("call", "--at=\(address)", "Check", "{\"service\": \"onsale.tea.v1.Tea\"}")
            #expect(outcome == CommandResult(exit: .done, output: "{\n  \"status\": \"SERVICE_UNKNOWN\"\n}"))
        }
    }

    @Test func `the request may be fields, a file, or standard input`() async throws {
        let folder = TemporaryFolder()
        folder.write("{\"service\": \"onsale.tea.v1.Tea\"}", to: "request.json")
        try await withServer { address in
            for request in [["--field", "service=onsale.tea.v1.Tea"], ["@\(folder.path)/request.json"]] {
                let outcome = await gateway(["call", "--at=\(address)", "Check"] + request)
                #expect(outcome == CommandResult(exit: .done, output: "{\n  \"status\": \"SERVICE_UNKNOWN\"\n}"))
            }
            let both = await gateway("call", "--at=\(address)", "Check", "{}", "-f", "service=x")
            #expect(both == .usage("gateway: JSON and --field exclude each other. Pass one of them"))
        }
    }

    @Test func `fields become JSON of the types of the contract`() {
        let text = "concert_id=0193e5a0-7a55-7000-8000-000000000001\nseats.names=A-1-1, A-1-2\npass=AQ=="
        #expect(
            CallFields(text)?.json(as: ReserveSeatsRequest.descriptor).text
                == #"{"concert_id":"0193e5a0-7a55-7000-8000-000000000001","seats":{"names":["A-1-1","A-1-2"]},"pass":"AQ=="}"#
        )
        #expect(CallFields("asOperator=true")?.json(as: SignInRequest.descriptor).text == #"{"asOperator":true}"#)
        #expect(CallFields("no value") == nil)
    }

    @Test func `an unreachable address is unavailable, and the error names it`() async {
        let outcome = await gateway("call", "--at", "127.0.0.1:1", "--timeout", "300ms", "Check")
        #expect(outcome.exit == .unavailable)
        #expect(outcome.errorOutput.contains("127.0.0.1:1"))
    }

    @Test func `a typing error is answered with the nearest valid word`() async {
        #expect(await gateway("cal") == .usage("gateway: unknown command cal. Did you mean call?"))
        #expect(
            await gateway("call", "Helth/Check")
                == .usage("gateway: unknown method Helth/Check. Did you mean Health/Check?"))
        #expect(
            await gateway("call", "--att", "x", "Check")
                == .usage("gateway: unknown option --att. Did you mean --at?"))
        #expect(
            await gateway("call", "Check", "{\"servce\": 1}")
                == .usage(
                    "gateway: invalid JSON for onsale.health.v1.CheckRequest: servce: onsale.health.v1.CheckRequest "
                        + "has no such field; did you mean service?. See: gateway methods Health/Check"))
    }

    @Test func `a wrong command line is answered with the rule or the usage`() async {
        let line = "gateway call METHOD [JSON] [OPTIONS]"
        let help = await gateway("--help")
        #expect(await gateway() == help && help.exit == .done)
        #expect(await gateway("byu") == .usage("gateway: unknown command byu. Did you mean buy?"))
        #expect(
            await gateway("concerts", "-x", "y") == .usage("gateway: unknown option -x. See: gateway concerts --help"))
        #expect(await gateway("-z") == .usage("gateway: unknown option -z. See: gateway --help"))
        #expect(await gateway("call") == .usage("gateway: METHOD is missing. Usage: \(line)"))
        #expect(
            await gateway("call", "Check", "{}", "more")
                == .usage("gateway: unexpected argument more. Usage: \(line)"))
        #expect(
            await gateway("call", "Check", "--at") == .usage("gateway: --at needs a value: --at HOST:PORT,..."))
        #expect(
            await gateway("call", "Check", "--at", "here")
                == .usage(
                    "gateway: --at here is not a list of 1 to 64 addresses, such as "
                        + "10.0.0.1:7001,10.0.0.2:7001"))
        #expect(
            await gateway("call", "Check", "--timeout", "0s")
                == .usage("gateway: --timeout 0s is not a duration such as 500ms, 10s, 5m, 2h or 1d"))
        #expect(await gateway("call", "Check", "--request-id", "7") == .usage("gateway: --request-id 7 is not a UUID"))
        #expect(
            await gateway("call", "Check", "--json=perhaps") == .usage("gateway: --json perhaps is not true or false"))
    }

    @Test func `methods lists all methods, or the fields of one`() async {
        let list = await gateway("methods")
        #expect(list.output.contains("onsale.health.v1.Health\n  Check                    for anyone, safe to repeat"))
        #expect(
            await gateway("methods", "Check").output == """
                onsale.health.v1.Health/Check
                  for anyone, safe to repeat
                  request onsale.health.v1.CheckRequest
                    service: string
                  reply onsale.health.v1.CheckReply
                    status: SERVING_STATUS_UNSPECIFIED or SERVING or NOT_SERVING or SERVICE_UNKNOWN
                    version: string
                    contract: string
                    commit: string

                """)
    }
}
