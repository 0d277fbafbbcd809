import Glibc
import Runtime

@main
enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let environment = Program.processEnvironment
        let exitCode = await Gateway.run(
            Array(CommandLine.arguments.dropFirst()), on: Console(of: environment), environment: environment)
        exit(exitCode.rawValue)
    }
}
