import Kernel

/// The other end of a connection: its address, and what is known about it.
package struct Origin: Sendable {
    /// IPv6 providers give each customer a network of this many bits.
    private static let bitsOfIPv6Network = 64

    /// The address with its port, for logs: `127.0.0.1:50312`.
    package private(set) var peer: String
    /// The network of a caller on another machine. Nil for this machine, also behind a proxy or a web edge: limits per network
    /// would count all its callers as one.
    package private(set) var remoteNetwork: String?
    /// True if a proxy has reported the address.
    private(set) var isForwarded = false
    /// The URIs in the certificate of the peer, such as `onsale:wallet`.
    var uris: [String] = []
    /// True if the peer may act as a program: it has proved it by its certificate, or the network allows it to all.
    var mayActAsProgram = true
    /// True if the peer is a web edge, which tells the peer of each call.
    var mayNamePeers = false

    package init(_ peer: String) {
        self.peer = peer
        remoteNetwork = isOfThisMachine ? nil : network
    }

    /// Replaces the address of a proxy or of a web edge by that of its client.
    mutating func forward(_ client: Address) {
        peer = client.description
        isForwarded = true
        remoteNetwork = isOfThisMachine ? nil : network
    }

    private var isOfThisMachine: Bool { Address(peer)?.isLoopback == true }

    /// The unit for limits per address: an IPv4 address, or the /64 network of an IPv6 address.
    package var network: String {
        let host = Address(peerWithoutZone)?.host ?? peer
        guard let address = IPAddress(host) else { return host }
        return address.bytes.count == 4
            ? "\(address)" : "\(address.prefix(Self.bitsOfIPv6Network))/\(Self.bitsOfIPv6Network)"
    }

    /// The network, unless limits per network do not apply: to direct connections from this machine.
    var limitedNetwork: String? {
        isForwarded || !isOfThisMachine ? network : nil
    }

    /// A link-local address names an interface, too: `[fe80::1%eth0]:50312`.
    private var peerWithoutZone: String {
        guard let zone = peer.firstIndex(of: "%"), let end = peer[zone...].firstIndex(of: "]") else { return peer }
        return String(peer[..<zone] + peer[end...])
    }
}
