import Glibc
import Testing

@testable import Threads

/// Each body runs in a separate process, with limits that it sets itself.
@Suite struct SystemLimitsTests {
    private static func limit(_ resource: __rlimit_resource, to value: Int) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
        limit.rlim_cur = rlim_t(value)
        precondition(setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0, "cannot set the limit")
    }

    /// Limits the address space to the mapped size plus `megabytes`.
    private static func limitAddressSpace(toMore megabytes: Int) {
        guard let file = fopen("/proc/self/statm", "r") else { fatalError("no /proc") }
        var line = [CChar](repeating: 0, count: 256)
        fgets(&line, 256, file)
        fclose(file)
        let pages = strtol(line, nil, 10)
        limit(RLIMIT_AS, to: pages * sysconf(Int32(_SC_PAGESIZE)) + megabytes << 20)
    }

    @Test func `sufficient limits give no problem, and all resources are released`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let needs = SystemNeeds(files: 64, threads: 8, addressSpaceMegabytes: 256)
            for _ in 1...3 { precondition(SystemLimits.problem(needs) == nil) }
            let next = open("/dev/null", O_RDONLY)
            precondition(next < 32, "files were not closed")
        }
    }

    @Test func `too few files are reported, with the limit to raise and its new value`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            let next = dup(0)
            close(next)
            SystemLimitsTests.limit(RLIMIT_NOFILE, to: Int(next) + 10)
            let problem = SystemLimits.problem(SystemNeeds(files: 30, threads: 1, addressSpaceMegabytes: 1)) ?? ""
            precondition(problem.hasPrefix("the program must open 30 more files, and the limit allows "), problem)
            precondition(problem.contains("ulimit -n"), problem)
            precondition(SystemLimits.problem(SystemNeeds(files: 1, threads: 1, addressSpaceMegabytes: 1)) == nil)
        }
    }

    @Test func `too little address space is reported`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            SystemLimitsTests.limitAddressSpace(toMore: 200)
            let problem = SystemLimits.problem(SystemNeeds(files: 1, threads: 1, addressSpaceMegabytes: 1000)) ?? ""
            precondition(problem.hasPrefix("the program needs 1000 MB more of address space"), problem)
            precondition(problem.contains("ulimit -v"), problem)
        }
    }

    @Test func `too few threads are reported`() async {
        await #expect(processExitsWith: .exitCode(0)) {
            SystemLimitsTests.limitAddressSpace(toMore: 64)
            let problem = SystemLimits.problem(SystemNeeds(files: 1, threads: 64, addressSpaceMegabytes: 1)) ?? ""
            precondition(problem.hasPrefix("the program must start 64 more threads, and the limits allow "), problem)
            precondition(problem.contains("ulimit -u"), problem)
        }
    }
}
