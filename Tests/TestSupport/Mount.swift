import Glibc
import Synchronization

/// A mount that lasts as long as this object. It needs root. A test that cannot mount fails.
package final class Mount: Sendable {
    package struct NotPermitted: Error, CustomStringConvertible {
        package let description: String
    }

    package let path: String
    private let isMounted = Atomic(true)

    /// Mounts a file system in memory, of size `megabytes`, at the new folder `path`.
    package init(memory megabytes: Int, at path: String) throws {
        mkdir(path, 0o700)
        self.path = path
        try Self.run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=0700", "tmpfs", path)
    }

    /// Mounts the file or folder `source` a second time, at the existing `path`.
    package init(binding source: String, at path: String) throws {
        self.path = path
        try Self.run("mount", "--bind", source, path)
    }

    private static func run(_ command: String...) throws {
        let result = Command.run(command)
        guard result.status == 0 else {
            throw NotPermitted(
                description: "this test mounts file systems: run it as root. \(command): \(result.output)")
        }
    }

    deinit { unmount() }

    /// Unmounts it, even if files on it are open.
    package func unmount() {
        if isMounted.exchange(false, ordering: .relaxed) { _ = Command.run("umount", "--lazy", path) }
    }

    /// Removes the file `path` and frees its space at once. Removing alone frees it only when no process has the file
    /// open, and a process that another test is just starting inherits it for some milliseconds.
    package static func free(_ path: String) {
        truncate(path, 0)
        unlink(path)
    }
}
