import Glibc
import Kernel
import TestSupport
import Testing
import Threads

/// The programs under limits of the system: each serves, or ends with a sentence that says what to raise.
@Suite(.serialized) struct SystemLimitTests {
    private static let programs = ["QueueService", "ConcertService", "WalletService"]

    private struct End {
        let served: Bool
        let status: Int32
        let output: String
    }

    @Test(arguments: programs, [8, 12, 16, 24, 32, 48, 64, 80, 96])
    func `few open files are refused with a sentence, or enough to serve`(program: String, files: Int) async throws {
        try Self.check(try await Self.run(program, under: "ulimit -n \(files)"), "ulimit -n")
    }

    @Test(arguments: programs, [100, 200, 300, 400, 500, 600, 800, 1000, 1600])
    func `little address space is refused with a sentence, or enough to serve`(
        program: String, megabytes: Int
    ) async throws {
        try Self.check(try await Self.run(program, under: "ulimit -v \(megabytes * 1000)"), "ulimit -v")
    }

    /// Ended by SIGTERM in time, or 69 with advice. 127 is the end of the system's own loader, which has a sentence, too.
    private static func check(_ end: End, _ advice: String) throws {
        if end.served {
            #expect(end.status == 0, "\(end.output)")
        } else if end.status == 127 {
            #expect(end.output.contains("error while loading shared libraries"), "\(end.output)")
        } else {
            #expect(end.status == 69, "\(end.output)")
            #expect(end.output.contains(advice), "\(end.output)")
        }
    }

    /// Starts the program, sends SIGTERM once it serves, and waits for its end.
    private static func run(_ program: String, under limit: String) async throws -> End {
        let folder = TemporaryFolder()
        return try await onThread {
            let process = ChildProcess([
                "sh", "-c", "cd '\(folder.path)' && exec 2>&1 && \(limit) && exec \"$@\"", "sh",
                ChildProcess.path(of: program),
                "--listen", "127.0.0.1:0", "--status-listen", "127.0.0.1:0", "--drain-timeout", "5s", "--loops", "2",
            ])
            let isOver = CountingSemaphore()
            // A program that hangs is ended. Its status is then that of a signal.
            let isWatched = Thread.start {
                if !isOver.wait(timeoutMilliseconds: 2 * Patience.milliseconds) { process.kill(SIGKILL) }
            }
            precondition(isWatched, "the system gives no more threads")
            var (output, served) = ("", false)
            while let line = process.readLine() {
                output += line + "\n"
                if line.contains(" running") {
                    served = true
                    process.kill(SIGTERM)
                }
            }
            let status = process.wait()
            isOver.signal()
            return End(
                served: served, status: status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f), output: output)
        }
    }
}
