import Identity
import Kernel
import Runtime
import Threads

/// `Benchmarks identity`: how long it takes to find out who is calling, and to issue what says so.
enum IdentityBenchmark {
    private static let count = Option(
        "count", .integer(in: 1000...100_000_000), default: 300_000, "How often each credential and pass is checked.")
    private static let threads = Option(
        "threads", .integer(in: 1...64), default: 2, "How many threads check at once, where several do.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    /// What a service may spend on finding out who calls, for each call.
    private static let mostNanoseconds = 3000.0

    static let benchmark = Benchmark(
        "identity", "time of checking a credential, a pass, a ticket code", [count, threads, json]
    ) { configuration in
        let count = configuration[count]
        let threads = configuration[threads]
        let keys = KeyFile.random()
        let now = SystemClock().now
        let alice = UserID.make(at: now)

        let credentials = Credentials(keys)
        let credential = Credential(user: alice, role: .user, expiry: now + .hours(1))
        let token = credentials.sign(credential)
        let credentialTime = nanoseconds(count) { isGood(token, credentials, now) }
        let sharedTime = nanoseconds(count, threads: threads) { isGood(token, credentials, now) }

        let passes = Passes(keys)
        let pass = passes.sign(
            Pass(room: .make(at: now), place: .make(at: now), user: alice, expiry: now + .minutes(2)))
        let passTime = nanoseconds(count) { (try? passes.verify(pass, of: alice, at: now)) != nil }

        let signer = TicketSigner(keys)
        let verifier = TicketVerifier(signer.publicKeys)
        let ticket = TicketCode(concert: .make(at: now), ticket: .make(at: now), startsAt: now, seat: "A-12")
        let code = signer.sign(ticket)

        var report = Report("identity", ["count": "\(count)", "threads": "\(threads)"])
        report.add("credential verified", credentialTime, "ns")
        report.add("credential verified on several threads", sharedTime, "ns")
        report.add("credential signed", nanoseconds(count) { credentials.sign(credential) == token }, "ns")
        report.add("pass verified", passTime, "ns")
        report.add("ticket code verified", nanoseconds(count / 100) { (try? verifier.verify(code)) == ticket }, "ns")
        report.add("ticket code signed", nanoseconds(count / 100) { signer.sign(ticket) == code }, "ns")
        report.show(asJSON: configuration[json])

        let slowest = max(credentialTime, passTime)
        guard slowest <= mostNanoseconds else {
            throw BenchmarkError("a check takes \(Int(slowest)) ns; at most \(Int(mostNanoseconds)) are promised")
        }
    }

    private static func isGood(_ token: [UInt8], _ credentials: Credentials, _ now: Timestamp) -> Bool {
        (try? credentials.verify(token, at: now)) != nil
    }

    /// The time of one `work`, which must be true each time.
    private static func nanoseconds(_ count: Int, _ work: () -> Bool) -> Double {
        let begin = Monotonic.now
        for _ in 0..<count { precondition(work(), "what was signed here is refused here") }
        return (Monotonic.now - begin) / .nanoseconds(1) / Double(count)
    }

    /// The same where `threads` work at once: as long as alone, if they do not disturb each other and each has a core.
    private static func nanoseconds(_ count: Int, threads: Int, _ work: @escaping @Sendable () -> Bool) -> Double {
        let sum = Sum()
        for _ in 0..<threads {
            let isStarted = Thread.start {
                let time = nanoseconds(count, work)
                sum.total.withLock { $0 += time }
                sum.done.signal()
            }
            precondition(isStarted, "the system gives no thread")
        }
        for _ in 0..<threads { sum.done.wait() }
        return sum.total.withLock { $0 } / Double(threads)
    }

    private final class Sum: Sendable {
        let total = Lock(0.0)
        let done = CountingSemaphore()
    }
}
