import Glibc
import Kernel
import Threads

/// The program of a context as a separate process at its own address, which a test may kill.
package struct ServiceProcess: Sendable {
    package struct DidNotStart: Error, CustomStringConvertible {
        package let description: String
    }

    package let address: Address
    /// The address of its status port.
    package let statusAddress: Address?
    /// The lines of its log so far.
    package let log: Recorder<String>
    private let process: ChildProcess

    /// `program` is the name of the executable: `QueueService`.
    package static func start(
        _ program: String, on database: TestDatabase, keys: String
    ) async throws -> ServiceProcess {
        try await start(program, at: database.url, keys: keys)
    }

    /// `address` may be that of a killed process, which this one replaces. `variables` are set only for it, as
    /// `NAME=VALUE`.
    package static func start(
        _ program: String, at url: String, keys: String, address: Address = .loopback(0), arguments: [String] = [],
        variables: [String] = []
    ) async throws -> ServiceProcess {
        let path = ChildProcess.path(of: program)
        return try await onThread {
            // Its log contains the addresses.
            let process = ChildProcess(
                ["env"] + variables + [
                    "sh", "-c", "exec \"$@\" 2>&1", "sh", path, "--database", url, "--keys", keys, "--listen",
                    "\(address)", "--status-listen", "127.0.0.1:0",
                ] + arguments)
            let log = Recorder<String>()
            while let line = process.readLine() {
                log.add(line)
                guard line.contains(" listening "), let address = Self.address(in: line) else { continue }
                let statusAddress = log.all.first { $0.contains("status port open") }.flatMap(Self.address)
                // Read all further output, so that the process does not block on a full pipe.
                let isReading = Thread.start { while let line = process.readLine() { log.add(line) } }
                precondition(isReading, "the system cannot start a thread")
                return ServiceProcess(address: address, statusAddress: statusAddress, log: log, process: process)
            }
            throw DidNotStart(description: "\(program) does not start: \(log.all.joined(separator: "; "))")
        }
    }

    private static func address(in line: String) -> Address? {
        line.split(separator: "address=").last.flatMap { Address(String($0.filter { $0 != "\"" })) }
    }

    /// Sends a signal, such as SIGSTOP or SIGCONT. A SIGSTOP has stopped the program when this returns.
    package func send(_ signal: CInt) { process.kill(signal) }

    /// Sends SIGKILL after a pause.
    package func kill(after microseconds: UInt32) async throws {
        try await onThread {
            usleep(microseconds)
            process.kill(SIGKILL)
            while process.readLine() != nil {}
            process.wait()
        }
    }
}
