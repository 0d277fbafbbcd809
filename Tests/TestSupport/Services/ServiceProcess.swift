import Glibc
import Kernel
import Threads

/// The program of a context as a process of its own, at an address of its own, to be killed.
package struct ServiceProcess: Sendable {
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    package let address: Address
    /// Where its status pages are.
    package let statusAddress: Address?
    private let process: ChildProcess

    /// `program` is its name: `QueueService`.
    package static func start(
        _ program: String, on database: TestDatabase, keys: String
    ) async throws -> ServiceProcess {
        try await start(program, at: database.url, keys: keys)
    }

    /// `address` is that of one that was killed, to stand in its place. `variables` are set for it alone: `NAME=VALUE`.
    package static func start(
        _ program: String, at url: String, keys: String, address: Address = .loopback(0), arguments: [String] = [],
        variables: [String] = []
    ) async throws -> ServiceProcess {
        let path = ChildProcess.path(of: program)
        return try await onThread {
            // Its log says where it listens.
            let process = ChildProcess(
                ["env"] + variables + [
                    "sh", "-c", "exec \"$@\" 2>&1", "sh", path, "--database", url, "--keys", keys, "--listen",
                    "\(address)", "--status-listen", "127.0.0.1:0",
                ] + arguments)
            var lines: [String] = []
            while let line = process.readLine() {
                lines.append(line)
                guard line.contains(" listening "), let address = Self.address(in: line) else { continue }
                let statusAddress = lines.first { $0.contains("status port open") }.flatMap(Self.address)
                // Nobody reads on, and it must not wait for that.
                let isReading = Thread.start { while process.readLine() != nil {} }
                precondition(isReading, "the system gives no more threads")
                return ServiceProcess(address: address, statusAddress: statusAddress, process: process)
            }
            throw DidNotStart(description: "\(program) does not start: \(lines.joined(separator: "; "))")
        }
    }

    private static func address(in line: String) -> Address? {
        line.split(separator: "address=").last.flatMap { Address(String($0.filter { $0 != "\"" })) }
    }

    /// SIGSTOP, SIGCONT: it neither ends nor goes on, and goes on.
    package func send(_ signal: CInt) { process.kill(signal) }

    /// kill -9 after a while.
    package func kill(after microseconds: UInt32) async throws {
        try await onThread {
            usleep(microseconds)
            process.kill(SIGKILL)
            while process.readLine() != nil {}
            process.wait()
        }
    }
}
