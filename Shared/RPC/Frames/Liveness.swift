import Kernel

/// Tells whether the peer of a connection still reads, sends and answers. The connection asks about twice a second.
struct Liveness {
    enum Verdict {
        case alive
        /// The peer was silent for the ping interval.
        case mustPing
        /// A peer that never sent HELLO was silent for longer than allowed.
        case isIdle
        case isLost(String)
    }

    /// What the connection knows at the time of the check.
    struct State {
        /// Bytes handed to the transport so far, and those that the network has not accepted.
        let sent: Int
        let unsent: Int
        let isOpen: Bool
        /// True while we do not read.
        let isPaused: Bool
    }

    private let limits: Limits
    /// The silence after which the peer is pinged.
    var pingInterval: Duration
    /// True to ping the peer after silence. A peer that never sent HELLO may not support PING.
    var pingsPeer = false
    private var lastReceived: Uptime
    private var pingSent: Uptime?
    /// The time since which a received frame is incomplete. Nil if there is none.
    private var midFrameSince: Uptime?
    /// The start of the current measurement of the peer's speed, and the bytes accepted by then. Nil if no output waits.
    private var measured: (since: Uptime, accepted: Int)?

    init(_ limits: Limits, at now: Uptime) {
        self.limits = limits
        pingInterval = limits.pingInterval
        lastReceived = now
    }

    mutating func didReceive(at now: Uptime) {
        lastReceived = now
        pingSent = nil
    }

    mutating func didSendAll() {
        measured = nil
    }

    mutating func isMidFrame(_ isMidFrame: Bool, at now: Uptime) {
        midFrameSince = isMidFrame ? midFrameSince ?? now : nil
    }

    mutating func check(_ state: State, at now: Uptime) -> Verdict {
        if let problem = slowness(state, at: now) { return .isLost(problem) }
        guard state.isOpen, !state.isPaused else { return .alive }
        if let midFrameSince, now - midFrameSince > limits.stall {
            return .isLost("the peer has not finished a frame for \(limits.stall)")
        }
        if let pingSent {
            guard now - pingSent > limits.pingTimeout, state.unsent == 0 else { return .alive }
            return .isLost("the peer did not answer a ping for \(limits.pingTimeout)")
        }
        let silence = now - lastReceived
        guard pingsPeer else { return silence > limits.idle && state.unsent == 0 ? .isIdle : .alive }
        guard silence > pingInterval else { return .alive }
        pingSent = now
        return .mustPing
    }

    private mutating func slowness(_ state: State, at now: Uptime) -> String? {
        guard state.unsent > 0 else {
            measured = nil
            return nil
        }
        let accepted = state.sent - state.unsent
        guard let measured else {
            measured = (now, accepted)
            return nil
        }
        guard now - measured.since > limits.stall else { return nil }
        self.measured = (now, accepted)
        let count = accepted - measured.accepted
        guard count < limits.leastReadBytes else { return nil }
        return "the peer has read \(count) bytes in \(limits.stall), and \(state.unsent) wait: "
            + "\(limits.leastReadBytes) are the minimum"
    }
}
