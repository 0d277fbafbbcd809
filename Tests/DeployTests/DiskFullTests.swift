import Glibc
import Kernel
import QueueAPI
import RPC
import Synchronization
import TestSupport
import Testing
import Threads

/// Fills the disk of a service under load to the last byte, then frees it. Needs root, to mount the disk.
@Suite(.serialized) struct DiskFullTests {
    /// Keeps a disk full, even while other programs free space on it.
    private final class Filler: Sendable {
        private let path: String
        private let isOver = Atomic(false)
        private let ended = CountingSemaphore()

        init(_ folder: String) {
            path = folder + "/filler"
            let isStarted = Thread.start { [self] in
                let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
                let bytes = [UInt8](repeating: 0x55, count: 1 << 20)
                while !isOver.load(ordering: .relaxed) {
                    for count in [1 << 20, 4096, 1] { while Glibc.write(file, bytes, count) > 0 {} }
                    usleep(1000)
                }
                close(file)
                ended.signal()
            }
            precondition(isStarted)
        }

        /// Frees the space.
        func stop() async throws {
            isOver.store(true, ordering: .relaxed)
            try await ended.signals(1)
            Mount.free(path)
        }
    }

    /// Users who join a room, each once, until `stop`.
    private final class Crowd: Sendable {
        private struct State {
            var acknowledged: [String] = []
            var lastUser = 0
            var failures = 0
        }

        private let state = Lock(State())
        private let isOver = Atomic(false)

        var count: Int { state.withLock { $0.acknowledged.count } }
        var failures: Int { state.withLock { $0.failures } }
        var acknowledged: [String] { state.withLock { $0.acknowledged } }

        func stop() { isOver.store(true, ordering: .relaxed) }

        func run(_ site: Site, _ calls: QueueClient, _ room: RoomID) async {
            await withTaskGroup { group in
                for _ in 1...8 {
                    group.addTask {
                        while !self.isOver.load(ordering: .relaxed) { await self.joinOnce(site, calls, room) }
                    }
                }
            }
        }

        private func joinOnce(_ site: Site, _ calls: QueueClient, _ room: RoomID) async {
            let user = state.withLock { state in
                state.lastUser += 1
                return state.lastUser
            }
            do {
                let place = try await site.join(calls, room, user, timeout: .seconds(1))
                let hex = place.placeID.digits.uppercased()
                state.withLock { $0.acknowledged.append(hex) }
            } catch {
                state.withLock { $0.failures += 1 }
            }
        }
    }

    private func readiness(_ queue: Site.Running) async throws -> String {
        let url = "http://\(try #require(queue.process.statusAddress))/readyz"
        return try await onThread { Command.run("curl", "--silent", "--max-time", "5", url).output }
    }

    /// Returns the time until `isTrue` returned true.
    private func time(until what: String, _ isTrue: () async throws -> Bool) async throws -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        while try await !isTrue() {
            guard clock.now - start < .seconds(60) else { throw Patience.Over("not true after one minute: \(what)") }
            try await Task.sleep(for: .milliseconds(5))
        }
        return clock.now - start
    }

    private func places(in path: String) async throws -> Set<String> {
        let script =
            "import sqlite3, sys\nfor row in sqlite3.connect(sys.argv[1]).execute('select hex(place_id) from place'): print(row[0])"
        let output = try await onThread { Command.run("python3", "-c", script, path).output }
        return Set(output.split(separator: "\n").map(String.init))
    }

    /// Lets users join a service whose database has its own disk. At the end, checks that no acknowledged place is
    /// missing.
    private func crowd(onDiskOf megabytes: Int, _ body: (Crowd, Site.Running, String) async throws -> Void) async throws
    {
        let site = try await Site.make(on: .file)
        let disk = "\(site.folder)/disk"
        let mount = try await onThread { try Mount(memory: megabytes, at: disk) }
        let queue = try await site.start(on: "sqlite://\(disk)/queue.db")
        let calls = QueueClient(queue.client)
        let room = try await site.openRoom(calls)
        let crowd = Crowd()
        let load = Task { await crowd.run(site, calls, room) }
        let result: Result<Void, any Error>
        do { result = .success(try await body(crowd, queue, disk)) } catch { result = .failure(error) }
        crowd.stop()
        await load.value
        try await queue.stop()
        let missing = Set(crowd.acknowledged).subtracting(try await places(in: "\(disk)/queue.db"))
        #expect(missing.isEmpty, "\(missing.count) of \(crowd.count) are lost")
        try await onThread { mount.unmount() }
        try result.get()
    }

    /// Prints the times and asserts generous limits only, because the machine may be busy.
    @Test(arguments: [48, 220])
    func `a disk filled under load makes the service not ready until the disk has space`(megabytes: Int) async throws {
        try await crowd(onDiskOf: megabytes) { crowd, queue, disk in
            _ = try await time(until: "500 users have joined") { crowd.count >= 500 }
            #expect(try await readiness(queue) == "ready\n")
            for round in 1...2 {
                let filler = Filler(disk)
                let failures = crowd.failures
                _ = try await time(until: "joins fail") { crowd.failures > failures }
                let unready = try await time(until: "not ready, with the reason") {
                    let page = try await readiness(queue)
                    return page.contains("not ready: ") && page.contains("the disk is full")
                }
                try await filler.stop()
                let (count, start) = (crowd.count, ContinuousClock().now)
                let writing = try await time(until: "a user joins") { crowd.count > count }
                _ = try await time(until: "ready") { try await readiness(queue) == "ready\n" }
                let ready = ContinuousClock().now - start
                print("\(megabytes) MB, round \(round): not ready after \(unready), writes \(writing), ready \(ready)")
                let more = crowd.count + 100
                _ = try await time(until: "100 more users have joined") { crowd.count >= more }
            }
        }
    }

    @Test func `a service without calls is ready again when the disk has space`() async throws {
        try await crowd(onDiskOf: 48) { crowd, queue, disk in
            _ = try await time(until: "100 users have joined") { crowd.count >= 100 }
            let filler = Filler(disk)
            _ = try await time(until: "not ready") { try await readiness(queue).contains("the disk is full") }
            crowd.stop()
            try await Task.sleep(for: .seconds(1))
            #expect(try await readiness(queue).contains("the disk is full"))
            try await filler.stop()
            let ready = try await time(until: "ready") { try await readiness(queue) == "ready\n" }
            print("without calls: ready \(ready) after the disk had space")
        }
    }

    @Test func `the service empties a log that would fill the disk, and no call fails`() async throws {
        try await crowd(onDiskOf: 8) { crowd, queue, disk in
            // Without this, SQLite restarts the log at 40 MB: five times the size of the disk.
            _ = try await time(until: "3000 users have joined") { crowd.count >= 3000 }
            _ = try await time(until: "ready") { try await readiness(queue) == "ready\n" }
        }
    }
}
