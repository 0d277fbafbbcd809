import Glibc
import Kernel

/// The program of a context as a process of its own, at an address of its own, to be killed.
package struct ServiceProcess: Sendable {
    package struct DidNotStart: Error {}

    package let address: Address
    private let process: ChildProcess

    /// `program` is its name: `QueueService`.
    package static func start(_ program: String, on database: TestDatabase, keys: String) async throws -> ServiceProcess
    {
        let path = ChildProcess.path(of: program)
        return try await onThread {
            // Its log says where it listens.
            let process = ChildProcess([
                "sh", "-c", "exec \"$@\" 2>&1", "sh", path, "--database", database.url, "--keys", keys, "--listen",
                "127.0.0.1:0", "--status-listen", "127.0.0.1:0",
            ])
            while let line = process.readLine() {
                guard line.contains(" listening "), let text = line.split(separator: "address=").last,
                    let address = Address(String(text.filter { $0 != "\"" }))
                else { continue }
                return ServiceProcess(address: address, process: process)
            }
            throw DidNotStart()
        }
    }

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
