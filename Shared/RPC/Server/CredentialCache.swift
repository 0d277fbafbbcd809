import Glibc
import Kernel

/// A cache of the verified callers of a connection, until their credentials expire.
///
/// It is a direct-mapped table. It starts small for a connection of one user, and doubles on collisions for a
/// connection that many users share. All caches of a server have a limit together, because one user can have any number of
/// credentials. A cache that cannot grow forgets the older of two credentials in one place.
struct CredentialCache {
    /// A caller, the end of its credential, and its load. A service has no load, because its calls are not limited.
    struct Identified {
        let caller: Caller
        let expires: Uptime
        let load: CallerLoad?
    }

    private struct Place {
        var credential: [UInt8]
        var identified: Identified
    }

    private static let firstPlaceCount = 4
    private static let maxPlaceCount = 1024

    private var places: [Place?] = Array(repeating: nil, count: firstPlaceCount)

    mutating func caller(
        _ credential: UnsafeRawBufferPointer, at now: Uptime, of core: ServerCore
    ) throws(RPCFailure) -> Identified {
        let index = index(of: credential)
        if let place = places[index], place.identified.expires > now, place.credential.count == credential.count,
            place.credential.withUnsafeBytes({ memcmp($0.baseAddress!, credential.baseAddress!, $0.count) }) == 0
        {
            return place.identified
        }
        let verified = try core.hooks.verify(credential)
        let caller = verified.caller
        let identified = Identified(
            caller: caller, expires: now + verified.remaining,
            load: caller.role == .service ? nil : core.users.load(of: caller.user))
        if places[index] != nil, places.count < Self.maxPlaceCount, core.takeCachePlaces(places.count) { grow(at: now) }
        keep(identified, for: credential, at: self.index(of: credential))
        return identified
    }

    /// Writes over the credential that was there, because nearly all have one length.
    private mutating func keep(_ identified: Identified, for credential: UnsafeRawBufferPointer, at index: Int) {
        guard places[index]?.credential.count == credential.count else {
            places[index] = Place(credential: Array(credential), identified: identified)
            return
        }
        places[index]?.credential.withUnsafeMutableBytes { $0.copyMemory(from: credential) }
        places[index]?.identified = identified
    }

    /// The places that the cache has taken from the limit.
    var takenPlaceCount: Int { places.count - Self.firstPlaceCount }

    private mutating func grow(at now: Uptime) {
        let old = places
        places = Array(repeating: nil, count: 2 * old.count)
        for case let place? in old where place.identified.expires > now {
            places[place.credential.withUnsafeBytes { index(of: $0) }] = place
        }
    }

    /// A credential ends with its signature, whose bytes are effectively random.
    private func index(of credential: UnsafeRawBufferPointer) -> Int {
        credential.suffix(4).reduce(0) { ($0 << 8) ^ Int($1) } & (places.count - 1)
    }
}
