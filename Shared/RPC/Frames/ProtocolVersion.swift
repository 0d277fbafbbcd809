import Kernel

enum ProtocolVersion {
    static let current: UInt32 = 1
}

extension Hello {
    init(of agent: String, _ limits: Limits) {
        self.init()
        minVersion = ProtocolVersion.current
        maxVersion = ProtocolVersion.current
        self.agent = agent
        maxRequestBytes = UInt32(clamping: limits.requestBytes)
        maxReplyBytes = UInt32(clamping: limits.replyBytes)
        maxInFlight = UInt32(clamping: limits.inFlightPerConnection)
        minPingIntervalMs = UInt32(clamping: limits.minPingInterval.milliseconds)
    }

    /// True if the peer supports `version`. Without versions, the peer supports version 1.
    func speaks(_ version: UInt32) -> Bool {
        max(1, minVersion) <= version && version <= max(1, maxVersion)
    }
}
