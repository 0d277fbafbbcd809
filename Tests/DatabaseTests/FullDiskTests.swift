import Database
import Glibc
import Kernel
import TestSupport
import Testing

/// A full disk. Needs root to mount it.
@Suite(.serialized) struct FullDiskTests {
    private static func fill(_ folder: String) {
        let file = open(folder + "/filler", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        defer { close(file) }
        let bytes = [UInt8](repeating: 0x55, count: 1 << 20)
        for count in [1 << 20, 4096, 1] { while Glibc.write(file, bytes, count) > 0 {} }
    }

    private func bytes(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The file has reserved space for the pages of the log. So the log can be emptied on a full disk.
    @Test func `a log on a full disk is emptied, and the write that found the disk full then succeeds`() async throws {
        let folder = TemporaryFolder()
        let disk = folder.path + "/disk"
        let mount = try await onThread { try Mount(memory: 32, at: disk) }
        let database = try await onThread {
            try Database(url: "sqlite://\(disk)/test.db", migrations: Shop.migrations, clock: ManualClock())
        }
        let note = String(repeating: "x", count: 3000)
        var number = 0
        func insert() async throws {
            number += 1
            let order = number
            try await database.transaction { try Shop.insert(Shop.order(UInt64(order)), seat: order, note: note, $0) }
        }
        while bytes(disk + "/test.db-wal") < 8 << 20 { try await insert() }
        try await onThread { Self.fill(disk) }
        let before = number
        while number < before + 500 { try await insert() }
        #expect(bytes(disk + "/test.db-wal") < 8 << 20)
        // Now rows fill the disk, too.
        try await onThread { Self.fill(disk) }
        let error = await #expect(throws: DatabaseError.self) { while true { try await insert() } }
        #expect(error?.reason == .diskFull && error?.mayHaveCommitted == false)
        let acknowledged = number - 1
        Mount.free(disk + "/filler")
        try await insert()
        #expect(try await database.read { try Shop.count($0) } == acknowledged + 1)
        await database.close()
        #expect(holes(in: disk + "/test.db") == 0)
        try await onThread { mount.unmount() }
    }

    /// The number of bytes of the file without space on the disk.
    private func holes(in path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) - Int(status.st_blocks) * 512 : .max
    }

    /// A hole is no reserved space: a commit would be acknowledged, and its checkpoint would find the disk full.
    @Test func `closing a copy, whose size is no multiple of the reserved pieces, leaves no hole in it`() async throws {
        let folder = TemporaryFolder()
        let disk = folder.path + "/disk"
        let mount = try await onThread { try Mount(memory: 32, at: disk) }
        let test = try await TestDatabase.make(on: .file)
        let original = try await test.open(Shop.migrations)
        try await original.transaction { try Shop.insert(Shop.order(1), seat: 1, note: "before", $0) }
        try await original.backup(to: disk + "/copy.db")
        await original.close()
        #expect(bytes(disk + "/copy.db") % (1 << 20) != 0)

        let copy = try await onThread {
            try Database(url: "sqlite://\(disk)/copy.db", migrations: Shop.migrations, clock: ManualClock())
        }
        try await copy.transaction { try $0.execute("update purchase set note = 'after'") }
        await copy.close()
        #expect(holes(in: disk + "/copy.db") == 0)
        try await onThread { mount.unmount() }
    }
}
