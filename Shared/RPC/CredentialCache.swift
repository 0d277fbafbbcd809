import Kernel

/// Callers whose credential was verified on this connection, until it expires.
///
/// A fixed number of places, each for whoever came last; a connection that many users share still finds most of them.
struct CredentialCache {
    private struct Place {
        let credential: [UInt8]
        let caller: Caller
        let expires: Uptime
    }

    private static let placeCount = 64

    private var places: [Place?] = []

    mutating func caller(
        _ credential: UnsafeRawBufferPointer, at now: Uptime,
        verify: (UnsafeRawBufferPointer) throws(RPCFailure) -> Verified
    ) throws(RPCFailure) -> Caller {
        if places.isEmpty { places = Array(repeating: nil, count: Self.placeCount) }
        let index = Self.hash(credential)
        if let place = places[index], place.expires > now, place.credential.count == credential.count,
            place.credential.withUnsafeBytes({ $0.elementsEqual(credential) })
        {
            return place.caller
        }
        let verified = try verify(credential)
        places[index] = Place(
            credential: Array(credential), caller: verified.caller, expires: now + verified.remaining)
        return verified.caller
    }

    /// A credential ends with its signature, whose bytes are as good as random.
    private static func hash(_ credential: UnsafeRawBufferPointer) -> Int {
        credential.suffix(4).reduce(0) { ($0 << 5) ^ Int($1) } % placeCount
    }
}
