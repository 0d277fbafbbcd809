import Glibc

/// The resources of the system that a program needs before it can serve.
package struct SystemNeeds: Sendable {
    package var files: Int
    package var threads: Int
    package var addressSpaceMegabytes: Int

    package init(files: Int, threads: Int, addressSpaceMegabytes: Int) {
        self.files = files
        self.threads = threads
        self.addressSpaceMegabytes = addressSpaceMegabytes
    }
}

/// Tries the limits of the process before anything is started. Without memory or threads the Swift runtime ends a
/// program with a trap, or waits permanently.
package enum SystemLimits {
    package static let advice =
        "raise ulimit -n, -u and -v (systemd: LimitNOFILE=, TasksMax=, LimitAS=, MemoryMax=)"

    /// Maximum of open files of this process.
    package static var files: Int {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }

    /// The number of cores, from 1 to 64.
    package static var cores: Int { max(1, min(64, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))) }

    /// Raises the soft limit of open files to the hard limit, because every connection is a file.
    package static func raiseFiles() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Allocates the resources that the program needs, and releases them. Returns a sentence that names the missing
    /// one, or nil.
    package static func problem(_ needs: SystemNeeds) -> String? {
        if isAddressSpaceLimited { Thread.shareOneHeap() }
        let files = openableFiles(atMost: needs.files)
        if files < needs.files {
            return "the program must open \(needs.files) more files, and the limit allows \(files). "
                + "Raise it: ulimit -n \(Self.files + needs.files - files) (systemd: LimitNOFILE=)"
        }
        return withThreads(needs.threads) { threads in
            if threads < needs.threads {
                return "the program must start \(needs.threads) more threads, and the limits allow \(threads). "
                    + "Raise them: ulimit -u, ulimit -v (systemd: TasksMax=, LimitAS=)"
            }
            if canMap(megabytes: needs.addressSpaceMegabytes) { return nil }
            return "the program needs \(needs.addressSpaceMegabytes) MB more of address space, and the limit is lower. "
                + "Raise it: ulimit -v (systemd: LimitAS=)"
        }
    }

    private static var isAddressSpaceLimited: Bool {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
        // RLIM_INFINITY is a macro that Swift does not import.
        return limit.rlim_cur != .max
    }

    private static func openableFiles(atMost count: Int) -> Int {
        var descriptors: [Int32] = []
        defer { for descriptor in descriptors { close(descriptor) } }
        while descriptors.count < count {
            let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { break }
            descriptors.append(descriptor)
        }
        return descriptors.count
    }

    /// Calls `body` while `count` threads wait, or fewer if no more can be started. Passes their number.
    private static func withThreads(_ count: Int, _ body: (Int) -> String?) -> String? {
        let (mayEnd, ended) = (CountingSemaphore(), CountingSemaphore())
        var started = 0
        while started < count,
            Thread.start({
                mayEnd.wait()
                ended.signal()
            })
        {
            started += 1
        }
        defer {
            for _ in 0..<started { mayEnd.signal() }
            for _ in 0..<started { ended.wait() }
        }
        return body(started)
    }

    private static func canMap(megabytes: Int) -> Bool {
        let byteCount = megabytes << 20
        guard byteCount > 0 else { return true }
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        guard let memory = mmap(nil, byteCount, PROT_NONE, flags, -1, 0), memory != MAP_FAILED else { return false }
        munmap(memory, byteCount)
        return true
    }
}
