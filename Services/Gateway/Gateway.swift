import Kernel

/// The command line of end users and operators: finds the command, reads its arguments, runs it.
package enum Gateway {
    static let commands: [Command] = [CallMethod.command, ListMethods.command]

    package static func run(_ arguments: [String], on console: Console) async -> GatewayExit {
        do throws(GatewayError) {
            try await dispatch(arguments, on: console)
            return .done
        } catch {
            console.complain("gateway: \(error.message)")
            return error.exit
        }
    }

    private static func dispatch(_ arguments: [String], on console: Console) async throws(GatewayError) {
        guard let name = arguments.first else { throw .usage("a command is missing. Try: gateway --help") }
        if name == "--help" || name == "-h" { return console.print(help) }
        guard let command = commands.first(where: { $0.name == name }) else {
            let hint = name.nearest(among: commands.map(\.name)).map { "did you mean \($0)?" } ?? "Try: gateway --help"
            throw .usage("there is no command \(name). \(hint)")
        }
        let rest = arguments.dropFirst()
        if rest.contains("--help") || rest.contains("-h") { return console.print(command.help) }
        try await command.run(try Arguments(rest, of: command), console)
    }

    private static var help: String {
        let width = commands.map(\.name.count).max() ?? 0
        let list = commands.map { command in
            "  \(command.name)\(String(repeating: " ", count: width - command.name.count))  \(command.summary)\n"
        }
        return """
            gateway COMMAND [OPTIONS]

            \(list.joined())
            gateway COMMAND --help tells more about one of them.

            \(GatewayExit.help)
            """
    }
}
