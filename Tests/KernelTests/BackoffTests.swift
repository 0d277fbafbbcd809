import Kernel
import Testing

@Suite struct BackoffTests {
    private let backoff = Backoff(from: .milliseconds(50), upTo: .seconds(1))

    @Test func `a pause doubles with each attempt, up to the limit`() {
        let pauses = (0...7).map { backoff.pause(after: $0).milliseconds }
        #expect(pauses == [50, 50, 100, 200, 400, 800, 1000, 1000])
        #expect(backoff.pause(after: .max) == .seconds(1))
    }

    @Test func `a random pause is shorter by at most the given fraction, and differs between callers`() {
        var random = SeededGenerator(seed: 1)
        let pauses = (1...100).map { _ in backoff.pause(after: 3, shorterBy: 0.25, using: &random) }
        #expect(pauses.allSatisfy { (.milliseconds(150)...(.milliseconds(200))).contains($0) })
        #expect(Set(pauses).count > 90)
    }
}
