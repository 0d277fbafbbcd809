import Database
import Glibc
import Kernel
import Programs
import Service
import Telemetry
import TestSupport
import Testing

/// A disk that has room for small writes only. Needs root to mount it.
@Suite(.serialized) struct FullDiskReadinessTests {
    private static let filler = "/filler"

    /// Leaves this number of bytes free.
    private static func fill(_ folder: String, leaving bytes: Int) {
        let file = open(folder + filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(file) }
        var status = statvfs()
        fstatvfs(file, &status)
        posix_fallocate(file, 0, off_t(Int(status.f_bavail) * Int(status.f_frsize) - bytes))
    }

    @Test func `small writes do not make a program ready while the disk has no room for the write that failed`()
        async throws
    {
        let folder = TemporaryFolder()
        let disk = folder.path + "/disk"
        let mount = try await onThread { try Mount(memory: 32, at: disk) }
        let clock = ManualClock()
        let health = Health()
        health.enter(.running)
        let watch = DatabaseWatch(Log(level: .error, clock: clock) { _ in }, Metrics(), health, clock)
        let migrations = [Migration("create thing", "create table thing (id bigint, note text)")]
        let database = try await onThread {
            try Database(
                url: "sqlite://\(disk)/test.db", migrations: migrations, clock: clock, observe: { watch.observe($0) })
        }
        let check = watch.check(of: database)
        try await check.run()
        Self.fill(disk, leaving: 5 << 20)
        let note = String(repeating: "x", count: 1 << 20)
        let error = await #expect(throws: DatabaseError.self) {
            try await database.transaction { tx in
                for id in 1...12 { try tx.execute("insert into thing (id, note) values ($1, $2)", id, note) }
            }
        }
        #expect(error?.reason == .diskFull, "\(error?.message ?? "")")
        for id in 1...3 {
            #expect(health.problems.count == 1 && health.problems[0].hasPrefix("writing: "), "\(health.problems)")
            try await database.transaction { try $0.execute("insert into thing (id) values ($1)", id) }
            try await check.run()
        }
        Mount.free(disk + Self.filler)
        try await check.run()
        #expect(health.problems == [])
        await database.close()
        try await onThread { mount.unmount() }
    }
}
