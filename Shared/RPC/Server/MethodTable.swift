import Glibc

/// The routes of a server. It finds them by the bytes of their names, because a string for each request is slower.
struct MethodTable: Sendable {
    private struct Entry {
        let name: [UInt8]
        let route: Route

        /// Compares the length first, because most names differ in it. Zero if the names are equal.
        func order(of other: UnsafeRawBufferPointer) -> Int {
            guard other.count == name.count, let start = other.baseAddress else { return other.count - name.count }
            return Int(memcmp(start, name, name.count))
        }
    }

    /// Sorted by `order`.
    private let entries: [Entry]

    /// Precondition: the names differ.
    init(_ routes: [Route]) {
        entries = routes.map { Entry(name: Array($0.method.name.utf8), route: $0) }
            .sorted { one, other in other.name.withUnsafeBytes { one.order(of: $0) } > 0 }
        precondition(Set(entries.map(\.name)).count == entries.count, "two routes have the same name")
    }

    func route(named name: UnsafeRawBufferPointer) -> Route? {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            let order = entries[middle].order(of: name)
            if order == 0 { return entries[middle].route }
            if order < 0 { high = middle } else { low = middle + 1 }
        }
        return nil
    }
}
