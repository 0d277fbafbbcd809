import CommandLine
import Glibc

@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let environment = ProcessEnvironment.variables
        let exitCode = await Gateway.run(
            Array(CommandLine.arguments.dropFirst()), on: Console(of: environment), environment: environment)
        exit(exitCode.rawValue)
    }
}
