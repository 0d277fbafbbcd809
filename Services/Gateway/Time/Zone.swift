import CommandLine
import Glibc
import Kernel

/// A time zone: `Europe/Berlin`, `+01:00`, `UTC`.
struct Zone: Sendable {
    private static let folder = "/usr/share/zoneinfo"
    private static let maximumFileBytes = 1 << 18

    private let changes: [(at: Int64, offset: ZoneOffset)]
    private let first: ZoneOffset
    private let rule: ZoneRule?

    static let utc = Zone(.utc)

    init(_ offset: ZoneOffset) {
        changes = []
        first = offset
        rule = nil
    }

    init(_ file: ZoneFile) {
        changes = file.changes
        first = file.first
        rule = file.rule
    }

    /// Nil if this machine has no such zone.
    init?(named name: String) {
        if ["UTC", "Z", "GMT"].contains(name.uppercased()) {
            self = .utc
        } else if let offset = ZoneOffset(name) {
            self.init(offset)
        } else {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            let isName = parts.allSatisfy { part in
                part.first?.isLetter == true && part.allSatisfy { $0.isLetter || $0.isNumber || "_+-".contains($0) }
            }
            guard isName, let file = Self.file("\(Self.folder)/\(name)") else { return nil }
            self.init(file)
        }
    }

    /// The zone of this machine, or UTC if it has none.
    static var ofMachine: Zone { file("/etc/localtime").map { Zone($0) } ?? .utc }

    /// The offset from UTC at a time.
    func offset(at time: Timestamp) -> ZoneOffset {
        let seconds = time.wholeSeconds
        guard let last = changes.last else { return rule?.offset(at: seconds) ?? first }
        if seconds >= last.at { return rule?.offset(at: seconds) ?? last.offset }
        return changes.last { $0.at <= seconds }?.offset ?? first
    }

    /// The times at which local clocks show `seconds`. None or two if the clocks are set forward or back then.
    func timestamps(showing seconds: Int64) -> [Timestamp] {
        let nearby = [-86_400, 0, 86_400].map { offset(at: Timestamp(milliseconds: (seconds + $0) * 1000)).seconds }
        let candidates = Set(nearby).map { Timestamp(milliseconds: (seconds - Int64($0)) * 1000) }
        return candidates.filter { $0.wholeSeconds + Int64(offset(at: $0).seconds) == seconds }.sorted()
    }

    private static func file(_ path: String) -> ZoneFile? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: maximumFileBytes)
        let count = fread(&bytes, 1, bytes.count, file)
        return ZoneFile(Array(bytes.prefix(count)))
    }
}

extension Timestamp {
    /// Seconds since 1970, rounded down.
    var wholeSeconds: Int64 { (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000 }
}

extension ZoneOffset {
    /// `+01:00`, `-0330`, `+2`
    init?(_ text: String) {
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard digits.allSatisfy({ ("0"..."9").contains($0) }), [1, 2, 4].contains(digits.count) else { return nil }
        let hours = Int(digits.prefix(digits.count == 1 ? 1 : 2)) ?? 0
        let minutes = digits.count == 4 ? Int(digits.suffix(2)) ?? 0 : 0
        guard hours <= 15, minutes < 60 else { return nil }
        let seconds = hours * 3600 + minutes * 60
        self.init(seconds: sign == "-" ? -seconds : seconds, name: text)
    }
}

extension ValueKind<Zone> {
    static var zone: Self {
        ValueKind(
            placeholder: "ZONE", allowed: "a time zone of this machine, such as Europe/Berlin, UTC or +01:00"
        ) { Zone(named: $0) }
    }
}
