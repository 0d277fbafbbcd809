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
            let isJSON = OutputFormat.wantsJSON(arguments)
            console.printError(isJSON ? error.json.text : console.fitted("gateway: \(error.message.printable)"))
            return error.exit
        }
    }

    private static func dispatch(
        _ arguments: [String], on console: Console, environment: [String: String], clock: any Clock
    ) async throws(GatewayError) {
        if arguments.first == Completion.question {
            let typed = arguments.dropFirst().filter { !$0.isEmpty }
            let names = await NameCompletion.answer(to: typed, on: console, environment: environment, clock: clock)
            return console.print(names + CommandTable.completion.answer(to: typed))
        }
        // `gateway help join` is the same as `gateway join --help`.
        let asksForHelp = arguments.first == "help"
        let line = CommandTable.Line(Array(arguments.dropFirst(asksForHelp ? 1 : 0)))
        let wantsHelp = asksForHelp || line.arguments.contains("--help") || line.arguments.contains("-h")
        guard let command = CommandTable.command(for: line.words[...]) else {
            if line.words.isEmpty, line.arguments.contains("--version") {
                return console.print(Version.text(of: "gateway"))
            }
            let group = CommandTable.group(for: line.words[...])
            // The words of a group alone, and no words at all, list its commands.
            if line.unknown == nil, wantsHelp || line.arguments.isEmpty {
                return console.page(CommandTable.help(of: group.commands, after: group.words))
            }
            throw CommandTable.unknown(line, group)
        }
        if wantsHelp { return console.page("\(Help.text(of: command.syntax))\n\(GatewayExit.help)") }
        let parsed = Arguments(line.arguments[...], of: command.syntax, environment: environment)
        if let problem = parsed.problems.first { throw .usage(problem) }
        let environment = try Profile.environment(parsed, environment)
        // The profile may give variables of options.
        let complete = Arguments(line.arguments[...], of: command.syntax, environment: environment)
        if let problem = complete.problems.first { throw .usage(problem) }
        try await run(Invocation(command, complete, on: console, environment: environment, clock: clock))
    }

    private static func run(_ run: Invocation) async throws(GatewayError) {
        let command = run.command
        let outcome: Result<Void, GatewayError>
        do {
            try run.checkFormat()
            // A command for operators checks the credential first, before it reads files or calls a service.
            if command.caller == .operator { _ = try await run.ownCredential() }
            repeat {
                if run.isWatching, run.console.isTerminal { run.console.draw(Self.clearScreen) }
                do {
                    try await command.run(run)
                    try run.checkList()
                } catch {
                    try Self.continueWatching(after: run.error(error), run)
                }
                if run.isWatching { try await run.clock.sleep(for: Self.watchPause) }
            } while run.isWatching
            outcome = .success(())
        } catch {
            outcome = .failure(run.error(error))
        }
        await run.caller.connections.close()
        try outcome.get()
    }

    /// Prints an error that may end by itself, such as the restart of a service. Throws others, and all without --watch.
    private static func continueWatching(after error: GatewayError, _ run: Invocation) throws(GatewayError) {
        guard run.isWatching, error.exit == .unavailable || error.exit == .indefinite else { throw error }
        run.console.printError(run.console.fitted("gateway: \(error.message.printable)"))
    }

    private static let watchPause = Duration.seconds(2)
    private static let clearScreen = "\u{1b}[H\u{1b}[2J"
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
