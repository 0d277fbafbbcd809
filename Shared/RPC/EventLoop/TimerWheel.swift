import Kernel

/// The target of a timer.
protocol TimerTarget: AnyObject {
    func timerFired()
}

/// A timer target that runs a closure.
final class TimerAction: TimerTarget {
    private let act: () -> Void

    init(_ act: @escaping () -> Void) {
        self.act = act
    }

    func timerFired() { act() }
}

/// A timer wheel for many timers that are mostly cancelled. Starting and cancelling costs a few nanoseconds.
///
/// Each slot stands for one millisecond. A timer more than one revolution away stays in its slot for the further
/// revolutions.
struct TimerWheel {
    /// A started timer. Cancelling it after it fired or was cancelled has no effect.
    struct Handle {
        fileprivate let index: Int32
        fileprivate let generation: UInt32
    }

    private struct Entry {
        var tick: UInt64 = 0
        var previous: Int32 = none
        var next: Int32 = none
        var generation: UInt32 = 0
        var target: (any TimerTarget)?
    }

    private static let none: Int32 = -1
    private static let slotCount = 4096
    private static let nanosecondsPerTick: UInt64 = 1_000_000

    private var entries: ContiguousArray<Entry> = []
    private var firstFree = Self.none
    private var slots = ContiguousArray(repeating: Self.none, count: Self.slotCount)
    /// One bit per slot, set if the slot has timers.
    private var occupied = ContiguousArray<UInt64>(repeating: 0, count: Self.slotCount / 64)
    private(set) var count = 0
    /// All timers due until then have fired.
    private var firedTick: UInt64

    init(startingAt now: Uptime) {
        firedTick = now.nanoseconds / Self.nanosecondsPerTick
    }

    /// Starts a timer that fires in the first millisecond that begins at or after `deadline`.
    mutating func start(_ target: some TimerTarget, at deadline: Uptime) -> Handle {
        let rounded = deadline.nanoseconds.addingReportingOverflow(Self.nanosecondsPerTick - 1)
        let tick =
            rounded.overflow ? UInt64.max / Self.nanosecondsPerTick : rounded.partialValue / Self.nanosecondsPerTick
        let index = takeFreeEntry()
        entries[Int(index)].tick = max(tick, firedTick + 1)
        entries[Int(index)].target = target
        link(index)
        count += 1
        return Handle(index: index, generation: entries[Int(index)].generation)
    }

    mutating func cancel(_ handle: Handle) {
        guard entries[Int(handle.index)].generation == handle.generation else { return }
        unlink(handle.index)
        free(handle.index)
    }

    /// The earliest time at which a timer may be due.
    var nextDeadline: Uptime? {
        guard count > 0 else { return nil }
        let start = Int((firedTick + 1) % UInt64(Self.slotCount))
        let words = Self.slotCount / 64
        for step in 0...words {
            let word = (start / 64 + step) % words
            var bits = occupied[word]
            if step == 0 { bits &= ~0 << UInt64(start % 64) }
            if step == words { bits &= ~(~0 << UInt64(start % 64)) }
            guard bits != 0 else { continue }
            let slot = word * 64 + bits.trailingZeroBitCount
            let distance = UInt64((slot - start + Self.slotCount) % Self.slotCount)
            return Uptime(nanoseconds: (firedTick + 1 + distance) * Self.nanosecondsPerTick)
        }
        return nil
    }

    /// Removes and returns the due timers, earliest first.
    mutating func takeDue(at now: Uptime) -> [any TimerTarget] {
        let tick = now.nanoseconds / Self.nanosecondsPerTick
        guard tick > firedTick else { return [] }
        guard let next = nextDeadline, next <= now else {
            firedTick = tick
            return []
        }
        var due: [(tick: UInt64, target: any TimerTarget)] = []
        let turns = min(tick - firedTick, UInt64(Self.slotCount))
        for step in next.nanoseconds / Self.nanosecondsPerTick - firedTick...turns where count > 0 {
            let slot = Int((firedTick + step) % UInt64(Self.slotCount))
            guard occupied[slot / 64] & (1 << UInt64(slot % 64)) != 0 else { continue }
            var index = slots[slot]
            while index != Self.none {
                let next = entries[Int(index)].next
                if entries[Int(index)].tick <= tick, let target = entries[Int(index)].target {
                    due.append((entries[Int(index)].tick, target))
                    unlink(index)
                    free(index)
                }
                index = next
            }
        }
        firedTick = tick
        if turns == Self.slotCount { due.sort { $0.tick < $1.tick } }
        return due.map(\.target)
    }

    private mutating func takeFreeEntry() -> Int32 {
        guard firstFree != Self.none else {
            entries.append(Entry())
            return Int32(entries.count - 1)
        }
        let index = firstFree
        firstFree = entries[Int(index)].next
        return index
    }

    private mutating func free(_ index: Int32) {
        entries[Int(index)].generation &+= 1
        entries[Int(index)].target = nil
        entries[Int(index)].next = firstFree
        firstFree = index
        count -= 1
    }

    private mutating func link(_ index: Int32) {
        let slot = Int(entries[Int(index)].tick % UInt64(Self.slotCount))
        let head = slots[slot]
        entries[Int(index)].previous = Self.none
        entries[Int(index)].next = head
        if head != Self.none { entries[Int(head)].previous = index }
        slots[slot] = index
        occupied[slot / 64] |= 1 << UInt64(slot % 64)
    }

    private mutating func unlink(_ index: Int32) {
        let entry = entries[Int(index)]
        if entry.next != Self.none { entries[Int(entry.next)].previous = entry.previous }
        if entry.previous != Self.none {
            entries[Int(entry.previous)].next = entry.next
        } else {
            let slot = Int(entry.tick % UInt64(Self.slotCount))
            slots[slot] = entry.next
            if entry.next == Self.none { occupied[slot / 64] &= ~(1 << UInt64(slot % 64)) }
        }
    }
}
