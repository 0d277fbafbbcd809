import CommandLine
import Glibc
import Kernel
import Threads

/// A time zone: `Europe/Berlin`, `+01:00`, `UTC`.
struct Zone: Sendable {
    private enum Source {
        case fixed(ZoneOffset)
        /// A file of zoneinfo.
        case file(String)
    }

    private static let folder = "/usr/share/zoneinfo"

    private let source: Source

    static let utc = Zone(source: .fixed(ZoneOffset(seconds: 0, name: "UTC")))

    private init(source: Source) {
        self.source = source
    }

    /// Nil if this machine has no such zone.
    init?(named name: String) {
        if ["UTC", "Z", "GMT"].contains(name.uppercased()) {
            self = .utc
        } else if let offset = ZoneOffset(name) {
            self.init(source: .fixed(offset))
        } else {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            let isName = parts.allSatisfy { part in
                part.first?.isLetter == true && part.allSatisfy { $0.isLetter || $0.isNumber || "_+-".contains($0) }
            }
            guard isName else { return nil }
            self.init(file: "\(Self.folder)/\(name)")
        }
    }

    /// Nil if there is no zone in the file. libc would read it as UTC.
    private init?(file path: String) {
        guard path.utf8.count < LocalClock.maximumPathBytes, let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var magic = [UInt8](repeating: 0, count: 4)
        guard fread(&magic, 1, magic.count, file) == magic.count, magic.elementsEqual("TZif".utf8) else { return nil }
        source = .file(path)
    }

    /// The zone of this machine, or UTC if it has none.
    static var ofMachine: Zone { Zone(file: "/etc/localtime") ?? .utc }

    /// The offset from UTC at a time.
    func offset(at time: Timestamp) -> ZoneOffset {
        switch source {
        case .fixed(let offset): offset
        case .file(let path): LocalClock.offset(at: time.wholeSeconds, in: path)
        }
    }

    /// The times at which local clocks show `seconds`. None or two if the clocks are set forward or back then.
    func timestamps(showing seconds: Int64) -> [Timestamp] {
        let nearby = [-86_400, 0, 86_400].map { offset(at: Timestamp(milliseconds: (seconds + $0) * 1000)).seconds }
        let candidates = Set(nearby).map { Timestamp(milliseconds: (seconds - Int64($0)) * 1000) }
        return candidates.filter { $0.wholeSeconds + Int64(offset(at: $0).seconds) == seconds }.sorted()
    }
}

/// The local time of libc, which has one zone per process: that of the variable TZ.
private enum LocalClock {
    static let maximumPathBytes = 256

    /// The variable as an entry of the environment. It changes in place, because libc keeps a pointer to it.
    private struct Entry: @unchecked Sendable {
        // Sound because only the holder of the lock reads or writes the text, and it is never freed.
        let text: UnsafeMutablePointer<CChar>

        init() {
            text = .allocate(capacity: maximumPathBytes + 4)
            strcpy(text, "TZ=")
            putenv(text)
        }
    }

    private static let entry = Lock(Entry())

    static func offset(at seconds: Int64, in path: String) -> ZoneOffset {
        entry.withLock { entry in
            strcpy(entry.text + 3, path)
            tzset()
            var time = time_t(seconds)
            var local = tm()
            localtime_r(&time, &local)
            return ZoneOffset(seconds: local.tm_gmtoff, name: local.tm_zone.map { String(cString: $0) } ?? "")
        }
    }
}

extension Timestamp {
    /// Seconds since 1970, rounded down.
    var wholeSeconds: Int64 { (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000 }
}

extension Int64 {
    /// The number of seconds in whole days, rounded down.
    var flooredDays: Int64 { self >= 0 ? self / 86_400 : -((-self + 86_399) / 86_400) }
}

/// An offset from UTC and its name, such as `CET`.
struct ZoneOffset: Hashable, Sendable {
    let seconds: Int
    let name: String

    init(seconds: Int, name: String) {
        self.seconds = seconds
        self.name = name
    }

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
