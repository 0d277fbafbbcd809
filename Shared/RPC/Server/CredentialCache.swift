import Glibc
import Kernel

/// A cache of the verified callers of a connection, until their credentials expire.
///
/// It is a direct-mapped table. It starts small for a connection of one user, and doubles on collisions for a
/// connection that many users share.
struct CredentialCache {
    private struct Place {
        let credential: [UInt8]
        let caller: Caller
        let expires: Uptime
    }

    private static let firstPlaceCount = 4
    private static let maxPlaceCount = 1024

    private var places: [Place?] = Array(repeating: nil, count: firstPlaceCount)

    mutating func caller(
        _ credential: UnsafeRawBufferPointer, at now: Uptime,
        verify: (UnsafeRawBufferPointer) throws(RPCFailure) -> Verified
    ) throws(RPCFailure) -> (caller: Caller, expires: Uptime) {
        let index = index(of: credential)
        if let place = places[index], place.expires > now, place.credential.count == credential.count,
            place.credential.withUnsafeBytes({ memcmp($0.baseAddress!, credential.baseAddress!, $0.count) }) == 0
        {
            return (place.caller, place.expires)
        }
        let verified = try verify(credential)
        if places[index] != nil, places.count < Self.maxPlaceCount { grow(at: now) }
        let expires = now + verified.remaining
        places[self.index(of: credential)] = Place(
            credential: Array(credential), caller: verified.caller, expires: expires)
        return (verified.caller, expires)
    }

    private mutating func grow(at now: Uptime) {
        let old = places
        places = Array(repeating: nil, count: 2 * old.count)
        for case let place? in old where place.expires > now {
            places[place.credential.withUnsafeBytes { index(of: $0) }] = place
        }
    }

    /// A credential ends with its signature, whose bytes are effectively random.
    private func index(of credential: UnsafeRawBufferPointer) -> Int {
        credential.suffix(4).reduce(0) { ($0 << 8) ^ Int($1) } & (places.count - 1)
    }
}
