import Kernel

/// The credit of one stream on the server, and the handler that waits for more.
final class ItemFlow: TimerTarget {
    /// The credit of a request that grants none.
    static let defaultCredit: UInt64 = 16
    /// The maximum credit.
    static let maxCredit: UInt64 = 1 << 20

    enum Wait {
        case ready, ended, tooSlow
    }

    private let connection: Connection
    private var credit: UInt64
    private var waiter: UnsafeContinuation<Wait, Never>?
    private var timer: TimerWheel.Handle?
    private var isEnded = false

    init(on connection: Connection, credit: UInt64) {
        self.connection = connection
        self.credit = min(credit == 0 ? Self.defaultCredit : credit, Self.maxCredit)
    }

    /// The time after which a reader without credit loses the stream.
    var longestWait: Duration { connection.limits.stall }

    func grant(_ more: UInt64) {
        credit = min(credit + min(more, Self.maxCredit), Self.maxCredit)
        if credit > 0 { wake(.ready) }
    }

    /// Called when the connection has room again.
    func didGetRoom() {
        wake(.ready)
    }

    /// Takes one credit if there is one and the connection has room.
    func takeNow() -> Bool {
        guard !isEnded, credit > 0, !connection.isCongested else { return false }
        credit -= 1
        return true
    }

    /// Waits for a credit and room on the connection, and takes it. A handler sends items one by one, so there is at
    /// most one waiter.
    func take() async -> Wait {
        while !isEnded {
            if takeNow() { return .ready }
            if connection.isCongested { connection.notifyWhenThereIsRoom(self) }
            guard waiter == nil else { preconditionFailure("a stream's items are sent one after the other") }
            let wait = await withUnsafeContinuation { continuation in
                waiter = continuation
                timer = connection.loop.startTimer(self, at: connection.loop.uptime + longestWait)
            }
            if wait == .tooSlow { return .tooSlow }
        }
        return .ended
    }

    /// Ends the flow.
    func end() {
        isEnded = true
        wake(.ended)
    }

    func timerFired() {
        timer = nil
        wake(.tooSlow)
    }

    private func wake(_ wait: Wait) {
        if let timer { connection.loop.cancelTimer(timer) }
        timer = nil
        let waiting = waiter
        waiter = nil
        waiting?.resume(returning: wait)
    }
}
