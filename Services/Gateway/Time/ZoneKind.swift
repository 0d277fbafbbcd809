import CommandLine
import Display

extension ValueKind<Zone> {
    static var zone: Self {
        ValueKind(
            placeholder: "ZONE", allowed: "a time zone of this machine, such as Europe/Berlin, UTC or +01:00"
        ) { Zone(named: $0) }
    }
}

extension ValueKind<String> {
    /// The name of a zone in the list of IANA, for the venue of a concert.
    static var zoneName: Self {
        ValueKind(placeholder: "ZONE", allowed: "the name of a time zone, such as Europe/Berlin") { name in
            name.contains("/") && Zone(named: name) != nil ? name : nil
        }
    }
}
