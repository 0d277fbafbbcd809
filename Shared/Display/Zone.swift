import Glibc
import Kernel
import Threads

/// A time zone: `Europe/Berlin`, `+01:00`, `UTC`.
package struct Zone: Sendable {
    private static let folder = "/usr/share/zoneinfo"
    private static let maximumOffsetHours = 15

    /// The value of the variable TZ: the path of a zoneinfo file, or name and offset, such as `<+0100>-01:00`.
    package let variable: String

    private init(variable: String) { self.variable = variable }

    package static let utc = Zone(variable: "UTC0")

    /// The zone of this machine, or UTC if it has none.
    package static var ofMachine: Zone { Zone(file: "/etc/localtime") ?? .utc }

    /// Nil if this machine has no such zone.
    package init?(named name: String) {
        if ["UTC", "Z", "GMT"].contains(name.uppercased()) {
            self = .utc
        } else if let offset = name.wholeMatch(of: /([+-])([0-9]{1,2})(?::?([0-5][0-9]))?/) {
            guard let hours = Int(offset.2), hours <= Self.maximumOffsetHours else { return nil }
            let minutes = offset.3 ?? "00"
            // In TZ an offset east of Greenwich is negative.
            let time = "\(hours < 10 ? "0" : "")\(hours):\(minutes)"
            self.init(variable: "<\(offset.1)\(time.filter { $0 != ":" })>\(offset.1 == "+" ? "-" : "+")\(time)")
        } else {
            guard name.wholeMatch(of: /[A-Za-z][A-Za-z0-9_+\-]*(?:\/[A-Za-z][A-Za-z0-9_+\-]*)*/) != nil else {
                return nil
            }
            self.init(file: "\(Self.folder)/\(name)")
        }
    }

    /// Nil if there is no zone in the file. libc would read it as UTC.
    private init?(file path: String) {
        guard path.utf8.count < LocalClock.maximumVariableBytes, let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var magic = [UInt8](repeating: 0, count: 4)
        guard fread(&magic, 1, magic.count, file) == magic.count, magic.elementsEqual("TZif".utf8) else { return nil }
        variable = path
    }

    /// A time for people: `Thu 24 Dec 2026 20:00 CET`.
    package func text(of time: Timestamp) -> String { text(of: time, "%a %-d %b %Y %H:%M %Z") }

    /// `format` is that of strftime.
    package func text(of time: Timestamp, _ format: String) -> String {
        LocalClock.read(time.wholeSeconds, in: variable) { local in
            var text = [CChar](repeating: 0, count: LocalClock.maximumTextBytes)
            let count = strftime(&text, text.count, format, &local)
            return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    /// The seconds between UTC and the local time.
    package func offset(at time: Timestamp) -> Int64 {
        LocalClock.read(time.wholeSeconds, in: variable) { Int64($0.tm_gmtoff) }
    }

    /// The times at which local clocks show `seconds`. None or two if the clocks are set forward or back then.
    package func timestamps(showing seconds: Int64) -> [Timestamp] {
        let nearby = [-86_400, 0, 86_400].map { offset(at: Timestamp(milliseconds: (seconds + $0) * 1000)) }
        let candidates = Set(nearby).map { Timestamp(milliseconds: (seconds - $0) * 1000) }
        return candidates.filter { $0.wholeSeconds + offset(at: $0) == seconds }.sorted()
    }
}

/// The local time of libc, which has one zone per process: that of the variable TZ.
private enum LocalClock {
    static let maximumVariableBytes = 256
    static let maximumTextBytes = 128

    /// The variable as an entry of the environment. It changes in place, because libc keeps a pointer to it.
    private struct Entry: @unchecked Sendable {
        // Sound because only the holder of the lock reads or writes the text, and it is never freed.
        let text: UnsafeMutablePointer<CChar>

        init() {
            text = .allocate(capacity: maximumVariableBytes + 4)
            strcpy(text, "TZ=")
            putenv(text)
        }
    }

    private static let entry = Lock(Entry())

    /// The result of `body` for the local time of `seconds` since 1970.
    static func read<Value>(_ seconds: Int64, in variable: String, _ body: (inout tm) -> Value) -> Value {
        entry.withLock { entry in
            strcpy(entry.text + 3, variable)
            tzset()
            var time = time_t(seconds)
            var local = tm()
            localtime_r(&time, &local)
            return body(&local)
        }
    }
}

extension Timestamp {
    /// Seconds since 1970, rounded down.
    fileprivate var wholeSeconds: Int64 { (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000 }
}
