import Kernel
import RPC
import TestSupport

/// The faults on the network of one history. The seed selects how frequent each is.
struct Trouble {
    struct Fate {
        var now = Interference.deliver
        /// The delay until the request is repeated over another connection. So it may be overtaken, doubled, or arrive
        /// after its sender was killed. Nil for no repetition.
        var repetition: Duration?
    }

    private let losses: Double
    private let doubles: Double
    private let delays: Double
    private let cuts: Double
    private let strays: Double
    private let longestDelay: Duration
    private var random: SeededGenerator

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        losses = [0, 0.05, 0.2].randomElement(using: &random)!
        doubles = [0, 0.1].randomElement(using: &random)!
        delays = [0, 0.1, 0.2].randomElement(using: &random)!
        cuts = [0, 0.02].randomElement(using: &random)!
        strays = [0.1, 0.4].randomElement(using: &random)!
        // Longer than a live call, than the hold, or than a restart.
        longestDelay = [.seconds(2), .seconds(5), World.hold * 2].randomElement(using: &random)!
        self.random = random
    }

    mutating func fate(of frame: FrameOnTheWay) -> Fate {
        guard [.request, .reply].contains(frame.envelope.kind) else { return Fate() }
        var fate = Fate()
        if frame.envelope.kind == .request, isMet(strays) {
            fate.repetition = delay()
            // The request is doubled, or only late.
            if isMet(0.5) { fate.now = .drop }
        } else if isMet(losses) {
            fate.now = .drop
        } else if isMet(doubles) {
            fate.now = .double
        } else if frame.envelope.kind == .reply, isMet(delays) {
            fate.now = .delay(delay())
        } else if isMet(cuts) {
            fate.now = .cut
        }
        return fate
    }

    private mutating func isMet(_ probability: Double) -> Bool {
        Double.random(in: 0..<1, using: &random) < probability
    }

    private mutating func delay() -> Duration {
        .milliseconds(Int64.random(in: 1...longestDelay.milliseconds, using: &random))
    }
}
