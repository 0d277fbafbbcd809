import Kernel

/// The credit of one stream on the server: how many items its reader can take, and who waits for more.
final class ItemFlow: TimerTarget {
    /// What a request grants that does not say.
    static let defaultCredit: UInt64 = 16
    /// No reader is believed to have room for more.
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

    /// How long the reader may take none of the items.
    var patience: Duration { connection.limits.stall }

    func grant(_ more: UInt64) {
        credit = min(credit + min(more, Self.maxCredit), Self.maxCredit)
        if credit > 0 { wake(.ready) }
    }

    /// The connection has sent enough of what it had to say.
    func roomIsThere() {
        wake(.ready)
    }

    /// Takes one credit, if there is one and room on the connection.
    func takeNow() -> Bool {
        guard !isEnded, credit > 0, !connection.isCongested else { return false }
        credit -= 1
        return true
    }

    /// Takes one credit, or waits for one and for room on the connection. A handler sends one item after the other, so there is one waiter at most.
    func take() async -> Wait {
        while !isEnded {
            if takeNow() { return .ready }
            if connection.isCongested { connection.tellWhenThereIsRoom(self) }
            guard waiter == nil else { preconditionFailure("a stream's items are sent one after the other") }
            let wait = await withUnsafeContinuation { continuation in
                waiter = continuation
                timer = connection.loop.startTimer(self, at: connection.loop.uptime + patience)
            }
            if wait == .tooSlow { return .tooSlow }
        }
        return .ended
    }

    /// Nothing more will be sent.
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
