import CommandLine
import Identity
import Kernel
import Threads

/// `Benchmarks identity`: the time to verify and to sign credentials, passes and ticket codes.
enum IdentityBenchmark {
    private static let count = Option(
        "count", .integer(in: 1000...100_000_000), default: 300_000, "The number of checks of each credential and pass."
    )
    private static let threads = Option(
        "threads", .integer(in: 1...64), default: 2, "The number of threads that check at the same time.")
    private static let json = Option("json", .flag, default: false, "Prints one line of JSON.")

    /// The limit for the verification of a caller, per call.
    private static let maxNanoseconds = 3000.0

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
        let verifier = CredentialVerifier(keys, for: .concert)
        let credentialTime = nanoseconds(count) { isGood(token, verifier, now) }
        let sharedTime = nanoseconds(count, threads: threads) { isGood(token, verifier, now) }

        let passes = Passes(keys)
        let pass = passes.sign(
            Pass(room: .make(at: now), place: .make(at: now), user: alice, expiry: now + .minutes(2)))
        let passTime = nanoseconds(count) { (try? passes.verify(pass, of: alice, at: now)) != nil }

        let signer = TicketSigner(keys)
        let ticketVerifier = TicketVerifier(signer.publicKeys)
        let ticket = TicketCode(concert: .make(at: now), ticket: .make(at: now), startsAt: now, seat: "A-12")
        let code = signer.sign(ticket)

        var report = Report("identity", ["count": "\(count)", "threads": "\(threads)"])
        report.add("credential verified", credentialTime, "ns")
        report.add("credential verified on several threads", sharedTime, "ns")
        report.add("credential signed", nanoseconds(count) { credentials.sign(credential) == token }, "ns")
        report.add("pass verified", passTime, "ns")
        let ticketTime = nanoseconds(count / 100) { (try? ticketVerifier.verify(code)) == ticket }
        report.add("ticket code verified", ticketTime, "ns")
        report.add("ticket code signed", nanoseconds(count / 100) { signer.sign(ticket) == code }, "ns")
        report.show(asJSON: configuration[json])

        let slowest = max(credentialTime, passTime)
        guard slowest <= maxNanoseconds else {
            throw BenchmarkError("a check takes \(Int(slowest)) ns; the limit is \(Int(maxNanoseconds)) ns")
        }
    }

    private static func isGood(_ token: [UInt8], _ verifier: CredentialVerifier, _ now: Timestamp) -> Bool {
        (try? verifier.verify(token, at: now)) != nil
    }

    /// Returns the time of one `work`, which must return true each time.
    private static func nanoseconds(_ count: Int, _ work: () -> Bool) -> Double {
        let begin = Monotonic.now
        for _ in 0..<count { precondition(work(), "the verifier refuses a signature that this benchmark made") }
        return (Monotonic.now - begin) / .nanoseconds(1) / Double(count)
    }

    /// Returns the time of one `work` on `threads` threads at once. It equals the time on one thread if each thread has
    /// a core and they do not disturb each other.
    private static func nanoseconds(_ count: Int, threads: Int, _ work: @escaping @Sendable () -> Bool) -> Double {
        let sum = Sum()
        for _ in 0..<threads {
            let isStarted = Thread.start {
                let time = nanoseconds(count, work)
                sum.total.withLock { $0 += time }
                sum.done.signal()
            }
            precondition(isStarted, "the system cannot start a thread")
        }
        for _ in 0..<threads { sum.done.wait() }
        return sum.total.withLock { $0 } / Double(threads)
    }

    private final class Sum: Sendable {
        let total = Lock(0.0)
        let done = CountingSemaphore()
    }
}
