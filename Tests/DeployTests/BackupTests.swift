import Glibc
import Identity
import Kernel
import QueueAPI
import RPC
import Synchronization
import TestSupport
import Testing

/// Runs `deploy/backup` and `deploy/restore` with the built programs.
@Suite struct BackupTests {
    @Test(arguments: [Engine.file, .postgreSQL])
    func `a restore returns a backup that was made while users join`(engine: Engine) async throws {
        let site = try await Site.make(on: engine)
        let queue = try await site.start(on: site.url)
        let calls = QueueClient(queue.client)
        let room = try await site.openRoom(calls)
        let first = try await site.join(calls, room, 1)
        let joined = Atomic(1)
        let crowd = Task {
            while !Task.isCancelled {
                let user = joined.load(ordering: .relaxed) + 1
                _ = try? await site.join(calls, room, user)  // Fails for the last user, because the task is cancelled.
                joined.store(user, ordering: .relaxed)
            }
        }
        while joined.load(ordering: .relaxed) < 3 { try await onThread {} }
        let backup = try await site.run("backup", "\(site.folder)/copy", "queue=\(site.url)", "keys=\(site.keys)")
        crowd.cancel()
        await crowd.value
        try await queue.stop()
        #expect(backup.status == 0, "\(backup.output)")

        let there = try await site.emptyURL()
        let restore = try await site.run(
            "restore", "\(site.folder)/copy", "queue=\(there)", "keys=\(site.folder)/keys-again")
        #expect(restore.status == 0, "\(restore.output)")

        let again = try await site.start(on: there, keys: "\(site.folder)/keys-again")
        let place = try await site.join(QueueClient(again.client), room, 1)
        #expect(place.placeID == first.placeID && place.serial == 1)
        let next = try await site.join(QueueClient(again.client), room, 1_000_000)
        #expect(next.serial > 1)
        try await again.stop()
    }

    @Test(arguments: [Engine.file, .postgreSQL])
    func `a backup and a restore overwrite nothing`(engine: Engine) async throws {
        let site = try await Site.make(on: engine)
        let queue = try await site.start(on: site.url)
        _ = try await site.openRoom(QueueClient(queue.client))
        let copy = "\(site.folder)/copy"
        #expect(try await site.run("backup", copy, "queue=\(site.url)").status == 0)
        let second = try await site.run("backup", copy, "queue=\(site.url)")
        #expect(second.status == 2 && second.output.contains("exists: a backup overwrites nothing"))
        try await queue.stop()

        let restore = try await site.run("restore", copy, "queue=\(site.url)")
        #expect(restore.status == 1 && restore.output.contains("Nothing was restored"), "\(restore.output)")
        #expect(restore.output.contains(engine == .file ? "exists: move it away first" : "tables already"))
        guard engine == .file else { return }
        // The mark of the old database does not match the copy: an operator moves it away with the old files.
        let file = String(site.url.dropFirst("sqlite://".count))
        for end in ["", "-wal", "-shm"] { unlink(file + end) }
        let beside = try await site.run("restore", copy, "queue=\(site.url)")
        #expect(beside.status == 1 && beside.output.contains(".mark exists: move it away first"), "\(beside.output)")
        unlink(file + ".mark")
        #expect(try await site.run("restore", copy, "queue=\(site.url)").status == 0)
        try await site.start(on: site.url).stop()
    }

    /// A service refuses a database file with a second name.
    @Test func `a restore that is killed before it cleans up leaves no second name of a database`() async throws {
        let site = try await Site.make(on: .file)
        let queue = try await site.start(on: site.url)
        let copy = "\(site.folder)/copy"
        #expect(try await site.run("backup", copy, "queue=\(site.url)").status == 0)
        try await queue.stop()
        let there = try await site.emptyURL()
        // Stands for a kill at the moment when the script would remove a file.
        let programs = TemporaryFolder()
        programs.write("#!/bin/sh\nkill -9 $PPID\n", to: "rm")
        chmod(programs.path + "/rm", 0o755)
        let path = "PATH=\(programs.path):\(String(cString: getenv("PATH")))"
        _ = try await onThread {
            Command.run("env", path, "\(Repository.folder)/deploy/restore", copy, "queue=\(there)")
        }
        var status = stat()
        #expect(stat(String(there.dropFirst("sqlite://".count)), &status) == 0)
        #expect(status.st_nlink == 1)
        try await site.start(on: there).stop()
    }

    @Test func `a damaged or incomplete backup is not restored`() async throws {
        let site = try await Site.make(on: .file)
        let queue = try await site.start(on: site.url)
        let copy = "\(site.folder)/copy"
        #expect(try await site.run("backup", copy, "queue=\(site.url)").status == 0)
        try await queue.stop()
        let there = try await site.emptyURL()

        let missing = try await site.run("restore", copy, "concert=\(there)")
        #expect(missing.status == 1 && missing.output.contains("has no concert.db"))
        _ = Command.run("truncate", "--size=-1", "\(copy)/queue.db")
        let damaged = try await site.run("restore", copy, "queue=\(there)")
        #expect(damaged.status == 1 && damaged.output.contains("is damaged"), "\(damaged.output)")
        _ = Command.run("rm", "\(copy)/checksums")
        let incomplete = try await site.run("restore", copy, "queue=\(there)")
        #expect(incomplete.status == 1 && incomplete.output.contains("not a complete backup"))
        #expect(Command.run("test", "-e", String(there.dropFirst("sqlite://".count))).status == 1)
    }

    @Test func `a backup that fails leaves nothing behind`() async throws {
        let site = try await Site.make(on: .file)
        let failed = try await site.run("backup", "\(site.folder)/copy", "queue=sqlite://\(site.folder)/none.db")
        #expect(failed.status != 0 && failed.output.contains("none.db"), "\(failed.output)")
        #expect(Command.run("ls", site.folder).output == "keys\n")
        for (arguments, problem) in [
            (["copy"], "name a folder"), (["copy", "cash=sqlite:///x"], "is not NAME=URL"),
            (["copy", "queue=mysql://x"], "write sqlite:///path/to/file or postgres://user@host/name"),
        ] {
            let wrong = try await site.run(["backup"] + arguments)
            #expect(wrong.status == 2 && wrong.output.contains(problem), "\(wrong.output)")
        }
    }
}
