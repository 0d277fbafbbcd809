import Glibc
import Kernel
import Messages
import RPC
import TestSupport

/// Makes calls like a load generator in C. It encodes requests before the measurement, sends many with one write, and
/// only compares replies with the expected one. Most of the measured time is then the service's.
///
/// The peers' generators, `redis-benchmark` and `pgbench`, do the same. `Benchmarks rpc` measures the cost of our own client.
struct PreparedCalls {
    /// An encoded call without its id, which is added when the call is sent.
    struct Request {
        fileprivate let bytes: [UInt8]

        init<Content: Message, Reply: Message>(
            _ method: Method<Content, Reply>, _ request: Content, credential: [UInt8], requestID: RequestID? = nil
        ) throws {
            bytes = try Envelope(
                kind: .request, method: method.name, timeoutUs: 60_000_000, requestID: requestID?.bytes ?? [],
                credential: credential, payload: try request.encoded()
            ).encoded()
        }
    }

    /// The time from the first call to the last reply. The preparation of the requests is not part of it.
    struct Result {
        let latency: Histogram
        let seconds: Double
        /// The microseconds of processor time per call, of client and program.
        let processorTime: Double
    }

    let address: Address
    /// The programs whose processor time counts, beside that of this process.
    let programs: [pid_t]
    let connections: Int
    let inFlight: Int
    /// The reason of the expected refusal; empty if calls must succeed.
    var refusal = ""

    /// Makes calls for `duration`. `next` returns the next call of a connection, or nil after the last one. Blocks.
    func run(
        for duration: Duration, _ next: (_ connection: Int) -> Request?
    ) throws -> Result {
        var lines = try (0..<connections).map { _ in Connection(try connected(), expecting: refusal) }
        defer { for line in lines { close(line.descriptor) } }
        var latency = Histogram()
        let time = try ProcessorTime(of: programs)
        let start = Monotonic.now
        let end = start + duration
        for index in lines.indices {
            for _ in 0..<inFlight { next(index).map { lines[index].add($0, at: start) } }
            try lines[index].send()
        }
        var polls = lines.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        while lines.contains(where: { $0.callsInFlight > 0 }) {
            guard poll(&polls, nfds_t(polls.count), Self.patienceMilliseconds) > 0 else {
                throw BenchmarkError("no reply for \(Self.patienceMilliseconds) ms")
            }
            for index in lines.indices where polls[index].revents != 0 {
                let answered = try lines[index].receive(into: &latency)
                let now = Monotonic.now
                guard now < end else { continue }
                for _ in 0..<answered { next(index).map { lines[index].add($0, at: now) } }
                try lines[index].send()
            }
        }
        return Result(
            latency: latency, seconds: (Monotonic.now - start) / .seconds(1),
            processorTime: try time.perOperation(latency.count))
    }

    private static let patienceMilliseconds: Int32 = 10_000

    private func connected() throws -> Int32 {
        let descriptor = try RawSocket.connected(to: address)
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    /// One connection with its calls in flight.
    private struct Connection {
        let descriptor: Int32
        private let refusal: [UInt8]
        private(set) var callsInFlight = 0
        private var lastID: UInt64 = 0
        /// The start of each call, indexed by its id modulo the size. No two calls in flight share an index.
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
            callsInFlight += 1
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
                    throw BenchmarkError("cannot send a call: \(String(cString: strerror(errno)))")
                }
                sent += count
            }
            output.removeAll(keepingCapacity: true)
        }

        /// Reads the received bytes; returns the number of completed calls.
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
                    let reply = Reply(frame)
                    guard reply.isReply else { continue }
                    if !reply.isExpected(refusal) {
                        throw BenchmarkError(
                            "unexpected reply: not \(refusal.isEmpty ? "a success" : String(decoding: refusal, as: UTF8.self))"
                        )
                    }
                    latency.record(now.nanoseconds - begun[Int(reply.id) % begun.count].nanoseconds)
                    answered += 1
                }
                filled -= start
            }
            input.withUnsafeMutableBytes { _ = memmove($0.baseAddress!, $0.baseAddress! + start, filled) }
            callsInFlight -= answered
            return answered
        }
    }
}

/// The parts of an envelope that identify the call and its outcome.
private struct Reply {
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
                // All other fields of a reply are messages or bytes.
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
