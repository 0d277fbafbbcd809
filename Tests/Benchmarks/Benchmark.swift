import CommandLine
import Glibc

/// One benchmark, selected by its name on the command line.
struct Benchmark: Sendable {
    let options: Options
    let name: String
    let summary: String
    private let body: @Sendable (Configuration) async throws -> Void

    init(
        _ name: String, _ summary: String, _ options: [any AnyOption],
        body: @escaping @Sendable (Configuration) async throws -> Void
    ) {
        self.name = name
        self.summary = summary
        self.body = body
        self.options = Options("Benchmarks \(name)", summary, options, readsEnvironment: false)
    }

    func run(_ arguments: [String]) async throws {
        switch try options.read(arguments) {
        case .help(let text): print(text)
        case .configuration(let configuration): try await body(configuration)
        }
    }
}

/// The reason why a benchmark failed.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
