import Glibc

@main
enum Main {
    static func main() async {
        exit(await Gateway.run(Array(CommandLine.arguments.dropFirst()), on: .standard).rawValue)
    }
}
