import Glibc
import Kernel
import RPC
import TestSupport

/// Calls as a load generator in C makes them: their bytes are made before, many are sent with one write, and of an answer
/// no more is looked at than whether it is the one that was expected. What is left to measure is the service.
///
/// The peers' generators, `redis-benchmark` and `pgbench`, do no more. What our own client costs, `Benchmarks rpc` measures.
struct PreparedCalls {
    /// A call without its number, which it is given when it is sent.
    struct Request {
        fileprivate let bytes: [UInt8]

        init<Message: RPC.Message, Reply>(
            _ method: Method<Message, Reply>, _ request: Message, credential: [UInt8], requestID: RequestID? = nil
        ) throws {
            bytes = try Envelope(
                kind: .request, method: method.name, timeoutUs: 60_000_000, requestID: requestID?.bytes ?? [],
                credential: credential, payload: try request.encoded()
            ).encoded()
        }
    }

    let address: Address
    let connections: Int
    let inFlight: Int
    /// The reason of the refusal that is expected; empty where the answer is to be yes.
    var refusal = ""

    /// `next` gives the next call of a connection, or nil after the last one. Blocks.
    func run(
        for duration: Duration, _ next: (_ connection: Int) -> Request?
    ) throws -> (latency: Histogram, seconds: Double) {
        var lines = try (0..<connections).map { _ in Line(try connected(), expecting: refusal) }
        defer { for line in lines { close(line.descriptor) } }
        var latency = Histogram()
        let start = Monotonic.now
        let end = start + duration
        for index in lines.indices {
            for _ in 0..<inFlight { next(index).map { lines[index].add($0, at: start) } }
            try lines[index].send()
        }
        var polls = lines.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while lines.contains(where: { $0.underWay > 0 }) {
            guard poll(&polls, nfds_t(polls.count), Self.patienceMilliseconds) > 0 else {
                throw BenchmarkError("no answer for \(Self.patienceMilliseconds) ms")
            }
            for index in lines.indices where polls[index].revents != 0 {
                let answered = try lines[index].receive(into: &latency)
                let now = Monotonic.now
                guard now < end else { continue }
                for _ in 0..<answered { next(index).map { lines[index].add($0, at: now) } }
                try lines[index].send()
            }
        }
        return (latency, (Monotonic.now - start) / .seconds(1))
    }

    private static let patienceMilliseconds: Int32 = 10_000

    private func connected() throws -> Int32 {
        let descriptor = try RawSocket.connected(to: address)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// One connection, and the calls under way on it.
    private struct Line {
        let descriptor: Int32
        private let refusal: [UInt8]
        private(set) var underWay = 0
        private var lastID: UInt64 = 0
        /// When a call was made, by its number; no two calls that are under way share a place.
        private var begun = [Uptime](repeating: Uptime(nanoseconds: 0), count: 1 << 13)
        private var output: [UInt8] = []
        private var input = [UInt8](repeating: 0, count: 1 << 18)
        private var filled = 0

        init(_ descriptor: Int32, expecting refusal: String) {
            self.descriptor = descriptor
            self.refusal = Array(refusal.utf8)
        }

        mutating func add(_ request: Request, at now: Uptime) {
            lastID += 1
            underWay += 1
            begun[Int(lastID) % begun.count] = now
            let number = WireBytes.number(1, lastID)
            let size = number.count + request.bytes.count
            for shift in [24, 16, 8, 0] { output.append(UInt8(truncatingIfNeeded: size >> shift)) }
            output += number
            output += request.bytes
        }

        mutating func send() throws {
            var sent = 0
            while sent < output.count {
                let count = output.withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else {
                    throw BenchmarkError("a call cannot be sent: \(String(cString: strerror(errno)))")
                }
                sent += count
            }
            output.removeAll(keepingCapacity: true)
        }

        /// Takes what has come; returns how many calls were answered.
        mutating func receive(into latency: inout Histogram) throws -> Int {
            let count = input.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + filled, $0.count - filled, 0)
            }
            guard count > 0 else { throw BenchmarkError("the service closed the connection") }
            filled += count
            let now = Monotonic.now
            var answered = 0
            var start = 0
            try input.withUnsafeBytes { bytes in
                while filled - start >= 4 {
                    let size = Int(bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self).bigEndian)
                    guard filled - start >= 4 + size else { break }
                    let frame = UnsafeRawBufferPointer(rebasing: bytes[start + 4..<start + 4 + size])
                    start += 4 + size
                    let answer = Answer(frame)
                    guard answer.isReply else { continue }
                    if !answer.isExpected(refusal) { throw BenchmarkError("an answer was not as expected") }
                    latency.record(now.nanoseconds - begun[Int(answer.id) % begun.count].nanoseconds)
                    answered += 1
                }
                filled -= start
            }
            input.withUnsafeMutableBytes { _ = memmove($0.baseAddress!, $0.baseAddress! + start, filled) }
            underWay -= answered
            return answered
        }
    }
}

/// As much of an envelope as tells which call it answers, and how.
private struct Answer {
    private(set) var id: UInt64 = 0
    private(set) var isReply = false
    private var status: UnsafeRawBufferPointer?

    init(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes[...]
        while let tag = Self.number(&rest), let value = Self.number(&rest) {
            switch tag {
            case 1 << 3: id = value
            case 2 << 3: isReply = value == 2
            default:
                // All other fields of an answer are messages or bytes.
                if tag == 5 << 3 | 2 { status = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(value))) }
                rest = rest.dropFirst(Int(value))
            }
        }
    }

    func isExpected(_ refusal: [UInt8]) -> Bool {
        guard let status else { return refusal.isEmpty }
        return !refusal.isEmpty && status.indices.contains { status[$0...].starts(with: refusal) }
    }

    private static func number(_ bytes: inout Slice<UnsafeRawBufferPointer>) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = bytes.popFirst() {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }
}
