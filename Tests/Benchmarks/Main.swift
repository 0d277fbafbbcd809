import CommandLine
import Glibc

/// Runs one benchmark: `swift run -c release Benchmarks NAME [--OPTION VALUE]...`
@main
enum Main {
    private static let benchmarks = [
        CancelDateBenchmark.benchmark,
        DatabaseBenchmark.benchmark,
        DrawBenchmark.benchmark,
        EchoServer.benchmark,
        ExportsBenchmark.benchmark,
        GrowthBenchmark.benchmark,
        HoldsBenchmark.benchmark,
        IdentityBenchmark.benchmark,
        MemoryBenchmark.benchmark,
        PurchasesBenchmark.benchmark,
        QueueBenchmark.benchmark,
        RPCBenchmark.benchmark,
        StreamsBenchmark.benchmark,
    ]

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        guard let benchmark = benchmarks.first(where: { $0.name == arguments.first }) else {
            let list = benchmarks.map { "  \($0.name)  \($0.summary)\n" }.joined()
            complain("Usage: Benchmarks NAME [--OPTION VALUE]...\n\n\(list)\nBenchmarks NAME --help lists its options.")
            exit(EX_USAGE)
        }
        do {
            try await benchmark.run(Array(arguments.dropFirst()))
        } catch {
            complain("Benchmarks \(benchmark.name): \(error)")
            exit(error is CommandLineError ? EX_USAGE : EX_SOFTWARE)
        }
    }

    private static func complain(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
