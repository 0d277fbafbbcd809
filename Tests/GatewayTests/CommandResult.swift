import Gateway
import Kernel
import Synchronization
import Threads

/// The exit code and the output of a command.
struct CommandResult: Equatable {
    let exit: GatewayExit
    var output = ""
    var errorOutput = ""

    static func usage(_ errorOutput: String) -> CommandResult { CommandResult(exit: .usage, errorOutput: errorOutput) }
}

/// Runs a command without a terminal.
func gateway(_ arguments: String..., environment: [String: String] = [:]) async -> CommandResult {
    await gateway(arguments, environment: environment)
}

func gateway(
    _ arguments: [String], environment: [String: String] = [:], clock: any Clock = SystemClock(), input: [String] = []
) async -> CommandResult {
    let lines = Mutex(input[...])
    let output = Mutex("")
    let errorOutput = Mutex("")
    let exit = await Gateway.run(
        arguments,
        on: Console(
            print: { text in output.withLock { $0 += text } },
            printError: { text in errorOutput.withLock { $0 += text } },
            line: { lines.withLock { $0.popFirst() } }), environment: environment, clock: clock)
    return CommandResult(exit: exit, output: output.withLock { $0 }, errorOutput: errorOutput.withLock { $0 })
}
