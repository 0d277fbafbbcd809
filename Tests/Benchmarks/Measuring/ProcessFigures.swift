import Glibc
import Kernel

/// Figures of a running process, read from /proc.
struct ProcessFigures {
    let residentBytes: Int
    /// User and system time of all its threads.
    let cpuTime: Duration

    init(of process: pid_t) throws {
        guard let fields = Self.fields(of: process), let memory = Self.read("/proc/\(process)/statm") else {
            throw BenchmarkError("process \(process) is gone")
        }
        let pages = memory.split(separator: " ")
        guard fields.count > 12, pages.count > 1, let resident = Int(pages[1]) else {
            throw BenchmarkError("/proc/\(process) is missing or has an unexpected format")
        }
        residentBytes = resident * Int(getpagesize())
        cpuTime = Self.time(fields[11...12])
    }

    /// Returns the processor time of a server that starts a process for each connection, including all its children.
    static func cpuTime(ofServer server: pid_t) throws -> Duration {
        guard let own = fields(of: server), own.count > 14 else { throw BenchmarkError("process \(server) is gone") }
        return processes.reduce(time(own[11...14])) { sum, process in
            guard let fields = fields(of: process), fields.count > 12, Int(fields[1]) == Int(server) else { return sum }
            return sum + time(fields[11...12])
        }
    }

    /// Returns the process of the PostgreSQL server at `url`, which `deploy/with-postgres` has started.
    static func postgreSQLServer(at url: String) throws -> pid_t {
        let address = url.split(separator: "@").last?.split(separator: "/").first.map(String.init) ?? ""
        guard let port = address.split(separator: ":").last else { throw BenchmarkError("\(url) has no port") }
        for process in processes {
            let words = read("/proc/\(process)/cmdline")?.split(separator: "\0") ?? []
            guard words.first?.hasSuffix("/postgres") == true, let flag = words.firstIndex(of: "-p") else { continue }
            if flag + 1 < words.count, words[flag + 1] == port { return process }
        }
        throw BenchmarkError("no PostgreSQL server listens on \(address): start one with deploy/with-postgres")
    }

    private static var processes: [pid_t] {
        guard let folder = opendir("/proc") else { return [] }
        defer { closedir(folder) }
        var processes: [pid_t] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if let process = pid_t(name) { processes.append(process) }
        }
        return processes
    }

    /// Returns the fields after the second one, the program's name in parentheses, which can contain spaces.
    private static func fields(of process: pid_t) -> [Substring]? {
        guard let status = read("/proc/\(process)/stat"), let name = status.lastIndex(of: ")") else { return nil }
        return status[status.index(after: name)...].split(separator: " ")
    }

    private static func time(_ ticks: ArraySlice<Substring>) -> Duration {
        .milliseconds(Int64(ticks.compactMap { Int($0) }.reduce(0, +) * 1000 / sysconf(Int32(_SC_CLK_TCK))))
    }

    private static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }

    /// Raises this process's limit of open files to the system's maximum.
    static func raiseFileLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

/// Processor time that programs use after the creation of this value.
struct ProcessorTime {
    private let sum: () throws -> Duration
    private let before: Duration

    private init(_ sum: @escaping () throws -> Duration) throws {
        self.sum = sum
        before = try sum()
    }

    /// The time of the measured programs, and of this process unless `andThis` is false.
    init(of programs: [pid_t], andThis: Bool = true) throws {
        let all = programs + (andThis ? [getpid()] : [])
        try self.init { try all.reduce(.zero) { sum, program in sum + (try ProcessFigures(of: program)).cpuTime } }
    }

    init(ofServer server: pid_t) throws {
        try self.init { try ProcessFigures.cpuTime(ofServer: server) }
    }

    /// Returns the microseconds per operation, for all programs together.
    func perOperation(_ count: UInt64) throws -> Double {
        (try sum() - before) / .microseconds(1) / Double(max(1, count))
    }
}
