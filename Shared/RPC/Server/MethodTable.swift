/// A hash table of routes by the bytes of their names, which avoids creating a string.
struct MethodTable: Sendable {
    private struct Slot {
        let name: [UInt8]
        let route: Route
    }

    private let slots: [Slot?]
    private let mask: Int

    /// Precondition: the names differ.
    init(_ routes: [Route]) {
        var capacity = 16
        while capacity < 2 * routes.count { capacity *= 2 }
        mask = capacity - 1
        var slots: [Slot?] = Array(repeating: nil, count: capacity)
        for route in routes {
            let name = Array(route.method.name.utf8)
            var index = name.withUnsafeBytes(Self.hash) & mask
            while let taken = slots[index] {
                precondition(taken.name != name, "two routes for \(route.method.name)")
                index = (index + 1) & mask
            }
            slots[index] = Slot(name: name, route: route)
        }
        self.slots = slots
    }

    func route(named name: UnsafeRawBufferPointer) -> Route? {
        var index = Self.hash(name) & mask
        while let slot = slots[index] {
            if slot.name.count == name.count, slot.name.withUnsafeBytes({ $0.elementsEqual(name) }) {
                return slot.route
            }
            index = (index + 1) & mask
        }
        return nil
    }

    /// Hashes the length and the last eight bytes, because names differ mostly at their end.
    private static func hash(_ name: UnsafeRawBufferPointer) -> Int {
        var hash = UInt64(name.count)
        for byte in name.suffix(8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash ^ hash >> 32)
    }
}
