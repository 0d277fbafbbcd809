import TestSupport
import Testing

@Suite struct MutantTests {
    /// Far more histories than any mutant needs.
    private static let maximumHistories: UInt64 = 500

    @Test(arguments: Mutant.allCases)
    func `histories detect each missing guard by the promise that breaks`(mutant: Mutant) async throws {
        try await onThread {
            for seed in 1...Self.maximumHistories {
                guard let breach = try History.run(seed: seed, without: mutant).breach else { continue }
                print("\(mutant.rawValue): \(breach), with seed \(seed)")
                #expect(mutant.breaks.contains(breach.invariant), "with seed \(seed)")
                return
            }
            Issue.record("\(Self.maximumHistories) histories do not detect \(mutant.rawValue)")
        }
    }

    @Test func `the mutants are those of the models`() {
        let outcome = Command.run(
            "grep", "-o", "^M_[A-Z_]* *[a-z]*-safety", "Tests/Models/check", in: Repository.folder)
        let names = outcome.output.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(Set(names) == Set(Mutant.allCases.map(\.rawValue)))
    }
}
