import CommandLine
import ConcertAPI
import Journeys
import Kernel
import Messages
import RPC
import Threads

/// The command line of buyers and operators: finds the command, parses its arguments, runs it.
package enum Gateway {
    package static func run(
        _ arguments: [String], on console: Console, environment: [String: String] = [:],
        clock: any Clock = SystemClock()
    ) async -> GatewayExit {
        do throws(GatewayError) {
            try await dispatch(arguments, on: console, environment: environment, clock: clock)
            return .done
        } catch {
            let isJSON = arguments.contains { $0 == CommonFlags.json.flag || $0 == "\(CommonFlags.json.flag)=true" }
            console.printError(isJSON ? error.json.text : console.fitted("gateway: \(error.message.printable)"))
            return error.exit
        }
    }

    private static func dispatch(
        _ arguments: [String], on console: Console, environment: [String: String], clock: any Clock
    ) async throws(GatewayError) {
        if arguments.first == Completion.question {
            return console.print(CommandTable.completion.answer(to: arguments.dropFirst().filter { !$0.isEmpty }))
        }
        // `gateway help join` is the same as `gateway join --help`.
        let asksForHelp = arguments.first == "help"
        let words = arguments.dropFirst(asksForHelp ? 1 : 0).prefix { !$0.hasPrefix("-") }
        let wantsHelp = asksForHelp || arguments.contains("--help") || arguments.contains("-h")
        guard let command = CommandTable.command(for: words) else {
            let group = CommandTable.group(for: words)
            if wantsHelp, group.words.count == words.count {
                return console.print(CommandTable.help(of: group.commands, after: group.words))
            }
            if words.isEmpty, let option = arguments.first {
                throw .usage("\(option) comes before the command. Write it after: gateway COMMAND \(option)")
            }
            throw CommandTable.unknown(words, group)
        }
        if wantsHelp { return console.print("\(Help.text(of: command.syntax))\n\(GatewayExit.help)") }
        let parsed = Arguments(arguments.dropFirst(command.words.count), of: command.syntax, environment: environment)
        if let problem = parsed.problems.first { throw .usage(problem) }
        let run = Invocation(command, parsed, on: console, environment: environment, clock: clock)
        let outcome: Result<Void, GatewayError>
        do {
            // A command for operators checks the credential first, before it reads files or calls a service.
            if command.caller == .operator { _ = try await run.ownCredential() }
            outcome = .success(try await command.run(run))
        } catch {
            outcome = .failure(run.error(error))
        }
        await run.caller.connections.close()
        try outcome.get()
    }
}

extension GatewayError {
    fileprivate var json: JSON {
        .object([
            "error": .object([
                "exit": .count(exit.rawValue), "reason": reason.isEmpty ? nil : .string(reason),
                "message": .string(message), "seats": takenSeats,
            ])
        ])
    }

    /// The seats that another user has, from a failure to reserve.
    private var takenSeats: JSON? {
        guard let detail = details.first(where: { $0.type == TakenSeats.descriptor.name }),
            let taken = try? TakenSeats(decoding: detail.value)
        else { return nil }
        return .list(taken.seats) { seat in
            .object(["seat": .string(seat.seat), "state": .name(of: seat.state)])
        }
    }
}
