import CUV
import Glibc
import Kernel
import Threads

/// One attempt to connect: resolves the name, tries its addresses in order, and gives up at the time-out.
final class TCPConnect: TimerTarget {
    private let address: Address
    private let thread: LoopThread
    private var completion: ((Result<any Transport, ConnectError>) -> Void)?
    private var timer: TimerWheel.Handle?
    private var candidates: ArraySlice<SocketAddress> = []
    private var attempt: TCPTransport?
    private var lookUp: UnsafeMutablePointer<uv_getaddrinfo_t>?
    private var lastProblem = "the host has no address"

    init(
        to address: Address, on thread: LoopThread,
        completion: @escaping (Result<any Transport, ConnectError>) -> Void
    ) {
        self.address = address
        self.thread = thread
        self.completion = completion
    }

    func begin(within timeout: Duration) {
        timer = thread.loop.startTimer(self, at: thread.loop.uptime + timeout)
        // A numeric address needs no lookup, which may be blocked by slow name servers.
        if let numeric = try? SocketAddress.all(of: address, AI_NUMERICHOST) {
            candidates = numeric[...]
            return tryNext()
        }
        let problem = beginLookUp()
        if problem != 0 { finish(.failure(ConnectError(address, describe(problem)))) }
    }

    func timerFired() {
        timer = nil
        finish(.failure(ConnectError(address, "no answer in time")))
    }

    func giveUp() {
        completion = nil
        end()
    }

    private func beginLookUp() -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        let request = UnsafeMutablePointer<uv_getaddrinfo_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let problem = uv_getaddrinfo(
            thread.uv, request,
            { request, problem, found in
                let connect = Unmanaged<TCPConnect>.fromOpaque(request!.pointee.data).takeRetainedValue()
                connect.thread.loop.enter(at: LoopThread.now) { connect.didLookUp(problem, found) }
                uv_freeaddrinfo(found)
                request!.deallocate()
            }, address.host, String(address.port), &hints)
        if problem != 0 {
            Unmanaged.passUnretained(self).release()
            request.deallocate()
        } else {
            lookUp = request
        }
        return problem
    }

    private func didLookUp(_ problem: Int32, _ found: UnsafeMutablePointer<addrinfo>?) {
        lookUp = nil
        if problem != 0 { return finish(.failure(ConnectError(address, describe(problem)))) }
        candidates = SocketAddress.list(found)[...]
        tryNext()
    }

    private func tryNext() {
        guard completion != nil else { return }
        guard let candidate = candidates.popFirst() else {
            return finish(.failure(ConnectError(address, lastProblem)))
        }
        let attempt = TCPTransport(to: address.description, on: thread)
        self.attempt = attempt
        attempt.connect(to: candidate) { [self] problem in
            guard completion != nil else { return }
            guard problem != 0 else {
                self.attempt = nil
                return finish(.success(attempt))
            }
            lastProblem = problem == UV_ECONNREFUSED.rawValue ? "nothing listens there" : describe(problem)
            attempt.abort()
            tryNext()
        }
    }

    private func finish(_ result: Result<any Transport, ConnectError>) {
        guard let completion else { return }
        self.completion = nil
        end()
        completion(result)
    }

    private func end() {
        if let timer { thread.loop.cancelTimer(timer) }
        attempt?.abort()
        attempt = nil
        // Cancels a queued lookup. A running one ends with the resolver's time-out.
        if let lookUp { uv_cancel(UnsafeMutableRawPointer(lookUp).assumingMemoryBound(to: uv_req_t.self)) }
    }
}
