import Glibc
import Kernel

/// Figures of a running process, read from /proc.
struct ProcessFigures {
    let residentBytes: Int
    /// User and system time of all its threads.
    let cpuTime: Duration

    init(of process: pid_t) throws {
        // The second field, the program's name in parentheses, can contain spaces.
        guard let status = Self.read("/proc/\(process)/stat"), let name = status.lastIndex(of: ")"),
            let memory = Self.read("/proc/\(process)/statm")
        else { throw BenchmarkError("process \(process) is gone") }
        let fields = status[status.index(after: name)...].split(separator: " ")
        let pages = memory.split(separator: " ")
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]), pages.count > 1,
            let resident = Int(pages[1])
        else { throw BenchmarkError("/proc/\(process) is missing or has an unexpected format") }
        residentBytes = resident * Int(getpagesize())
        cpuTime = .milliseconds(Int64((user + system) * 1000 / sysconf(Int32(_SC_CLK_TCK))))
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

/// Processor time that this process and the measured programs use after the creation of this value.
struct ProcessorTime {
    private let programs: [pid_t]
    private let before: Duration

    init(of programs: [pid_t]) throws {
        self.programs = programs + [getpid()]
        before = try Self.sum(self.programs)
    }

    /// Returns the microseconds per operation, for all programs together.
    func perOperation(_ count: UInt64) throws -> Double {
        (try Self.sum(programs) - before) / .microseconds(1) / Double(max(1, count))
    }

    private static func sum(_ programs: [pid_t]) throws -> Duration {
        try programs.reduce(.zero) { sum, program in sum + (try ProcessFigures(of: program)).cpuTime }
    }
}
