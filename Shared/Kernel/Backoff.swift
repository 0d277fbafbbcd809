/// The pauses between attempts: each is twice as long as the one before, up to a limit.
package struct Backoff: Sendable {
    package let first: Duration
    package let longest: Duration

    package init(from first: Duration, upTo longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The pause after attempt `number`. The first attempt has number 1.
    package func pause(after number: Int) -> Duration {
        min(first * (1 << min(max(number - 1, 0), 16)), longest)
    }

    /// The same pause, shortened by up to `fraction`, so that callers who failed together do not try again together.
    package func pause(
        after number: Int, shorterBy fraction: Double, using random: inout some RandomNumberGenerator
    ) -> Duration {
        pause(after: number) * Double.random(in: 1 - fraction...1, using: &random)
    }
}
