import Files
import Glibc
import TestSupport
import Testing

@Suite struct AtomicFileTests {
    private let folder = TemporaryFolder()

    private var path: String { folder.path + "/file" }

    @Test func `a file is created and replaced, with mode 0600, and no draft remains`() throws {
        for text in ["", "one", String(repeating: "two", count: 100_000)] {
            try AtomicFile.write(text, to: path)
            #expect(Command.run("cat", path).output == text)
            var status = stat()
            #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o600 && status.st_nlink == 1)
            #expect(folder.names == ["file"])
        }
    }

    @Test func `an existing file is kept if it is not to be replaced`() throws {
        try AtomicFile.write("one", to: path, replacing: false)
        let error = #expect(throws: SystemError.self) { try AtomicFile.write("two", to: path, replacing: false) }
        #expect(error?.code == EEXIST)
        #expect(Command.run("cat", path).output == "one" && folder.names == ["file"])
    }

    @Test func `a failed write leaves the old file, and its error names the cause`() throws {
        let error = #expect(throws: SystemError.self) { try AtomicFile.write("text", to: folder.path + "/none/file") }
        #expect(error?.code == ENOENT && error?.description == "No such file or directory")
        mkdir(path, 0o700)
        #expect(throws: SystemError.self) { try AtomicFile.write("text", to: path) }
        #expect(folder.names == ["file"])
        rmdir(path)
    }

    @Test func `simultaneous writers leave the whole text of one of them`() async throws {
        let path = path
        try await withThrowingTaskGroup { group in
            for writer in 0..<8 {
                group.addTask {
                    try await onThread {
                        let text = String(repeating: "\(writer)", count: 10_000)
                        for _ in 0..<20 { try AtomicFile.write(text, to: path) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let text = Command.run("cat", path).output
        #expect(text.count == 10_000 && Set(text).count == 1)
    }
}
