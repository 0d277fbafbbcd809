import Gateway
import Kernel
import Runtime
import Synchronization

/// What a command printed, what it complained about, and how it ended.
struct Typed: Equatable {
    let exit: GatewayExit
    var output = ""
    var complaint = ""

    static func usage(_ complaint: String) -> Typed { Typed(exit: .usage, complaint: complaint) }
}

/// Runs a command as if it was typed where no terminal is.
func gateway(_ arguments: String..., environment: [String: String] = [:]) async -> Typed {
    await gateway(arguments, environment: environment)
}

func gateway(
    _ arguments: [String], environment: [String: String] = [:], clock: any Clock = SystemClock(), input: [String] = []
) async -> Typed {
    let lines = Mutex(input[...])
    let output = Mutex("")
    let complaint = Mutex("")
    let exit = await Gateway.run(
        arguments,
        on: Console(
            print: { text in output.withLock { $0 += text } },
            complain: { text in complaint.withLock { $0 += text } },
            line: { lines.withLock { $0.popFirst() } }), environment: environment, clock: clock)
    return Typed(exit: exit, output: output.withLock { $0 }, complaint: complaint.withLock { $0 })
}
