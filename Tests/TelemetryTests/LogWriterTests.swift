import Glibc
import TestSupport
import Testing
import Threads

@testable import Telemetry

@Suite struct LogWriterTests {
    /// A pipe whose reading end belongs to the test.
    private struct Pipe {
        let reader: Int32
        let writer: Int32

        init() {
            var ends: [Int32] = [0, 0]
            precondition(pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        func read(_ count: Int) -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: count)
            let got = Glibc.read(reader, &bytes, count)
            return Array(bytes.prefix(max(0, got)))
        }

        /// Reads until the writing end is closed.
        func readAll() -> String {
            var all: [UInt8] = []
            while true {
                let bytes = read(65_536)
                if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
                all += bytes
            }
        }
    }

    @Test func `lines of several threads are written whole and in the order of each thread`() async throws {
        let pipe = Pipe()
        let writer = LogWriter(to: pipe.writer) { "lost \($0)\n" }
        let done = CountingSemaphore()
        for thread in 0..<4 {
            _ = Thread.start {
                for number in 0..<100 { writer.write("\(thread) \(number)\n") }
                done.signal()
            }
        }
        try await done.signals(4)
        #expect(try await onThread { writer.close(timeoutMilliseconds: 10_000) })
        close(pipe.writer)
        let lines = try await onThread { pipe.readAll() }.split(separator: "\n")
        #expect(lines.count == 400)
        for thread in 0..<4 {
            #expect(lines.filter { $0.hasPrefix("\(thread) ") } == (0..<100).map { "\(thread) \($0)" })
        }
        close(pipe.reader)
    }

    @Test func `a stalled reader blocks no writer, and lost lines are counted`() async throws {
        let pipe = Pipe()
        let writer = LogWriter(to: pipe.writer) { "lost \($0)\n" }
        let line = String(repeating: "x", count: 1023) + "\n"
        // Four times the size of the buffer and the pipe together. The pipe is not read meanwhile.
        let count = 4 * (LogWriter.maximumPendingByteCount + 65_536) / 1024
        for _ in 0..<count { writer.write(line) }
        #expect(!writer.flush(timeoutMilliseconds: 1))
        let text = Lock("")
        let read = CountingSemaphore()
        let reader = Thread.start {
            let all = pipe.readAll()
            text.withLock { $0 = all }
            read.signal()
        }
        #expect(reader)
        #expect(try await onThread { writer.flush(timeoutMilliseconds: 10_000) })
        #expect(try await onThread { writer.close(timeoutMilliseconds: 10_000) })
        close(pipe.writer)
        try await read.signals(1)
        let lines = text.withLock { $0 }.split(separator: "\n")
        let lost = lines.compactMap { $0.hasPrefix("lost ") ? Int($0.dropFirst(5)) : nil }.reduce(0, +)
        #expect(lost > 0)
        #expect(lines.filter { $0.hasPrefix("x") }.count + lost == count)
        close(pipe.reader)
    }

    @Test func `a descriptor that fails does not end the program`() async throws {
        let writer = LogWriter(to: -1) { "lost \($0)\n" }
        writer.write("into the void\n")
        #expect(try await onThread { writer.flush(timeoutMilliseconds: 10_000) })
        #expect(try await onThread { writer.close(timeoutMilliseconds: 10_000) })
    }
}
