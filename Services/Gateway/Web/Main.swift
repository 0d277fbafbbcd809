import CommandLine
import Glibc
import Programs

@main
enum Main {
    static func main() async {
        let code: ExitCode
        do throws(ExitCode) {
            let configuration = try ProgramFrame.configuration(
                WebOptions.all, arguments: Array(CommandLine.arguments.dropFirst()),
                environment: ProcessEnvironment.variables)
            code = await WebProgram.run(configuration)
        } catch {
            code = error
        }
        exit(code.rawValue)
    }
}
