import Kernel
import Testing

@testable import Identity

/// The order of waiting passwords. A job is a word: its network and its number.
@Suite struct PasswordQueueTests {
    /// Adds jobs such as `a:12`: network a, effort 12. Returns their order.
    private func order(_ jobs: String...) -> [String] {
        var queue = PasswordQueue<String>(maximumCount: jobs.count)
        for (id, job) in jobs.enumerated() { _ = queue.insert(job, UInt64(id), turn(job)) }
        var order: [String] = []
        while let (job, turn) = queue.next() {
            order.append(job)
            queue.finished(turn)
        }
        return order
    }

    private func turn(_ job: String) -> PasswordTurn {
        let parts = job.split(separator: ":")
        return PasswordTurn(
            network: String(parts[0]), effort: parts.count > 1 ? Int(parts[1]) ?? 0 : 0,
            deadline: Uptime(nanoseconds: 0))
    }

    @Test func `jobs of different networks run in the order of their arrival`() {
        #expect(order("c", "a", "b") == ["c", "a", "b"])
    }

    @Test func `networks take turns, also if one was there first with many jobs`() {
        #expect(order("a", "a", "a", "b", "b", "c") == ["a", "b", "c", "a", "b", "a"])
    }

    @Test func `more effort goes first`() {
        #expect(order("a", "b:12", "c:13") == ["c:13", "b:12", "a"])
    }

    @Test func `the second job of a network needs twice the effort, the fourth four times`() {
        #expect(order("a:20", "a:14", "b:12") == ["a:20", "a:14", "b:12"])
        #expect(order("a:20", "a:13", "b:12") == ["a:20", "b:12", "a:13"])
        #expect(order("a:20", "a:20", "a:20", "a:14", "b:13") == ["a:20", "a:20", "a:20", "b:13", "a:14"])
        #expect(order("a:20", "a:20", "a:20", "a:16", "b:12") == ["a:20", "a:20", "a:20", "a:16", "b:12"])
    }

    @Test func `a running job counts for its network until it has finished`() {
        var queue = PasswordQueue<String>(maximumCount: 4)
        _ = queue.insert("a1", 1, turn("a"))
        let running = queue.next()
        _ = queue.insert("a2", 2, turn("a"))
        _ = queue.insert("b1", 3, turn("b"))
        if let running { queue.finished(running.turn) }
        #expect(queue.next()?.job == "b1")
        #expect(queue.next()?.job == "a2")
    }

    @Test func `a full queue refuses the last one of the order`() {
        var queue = PasswordQueue<String>(maximumCount: 2)
        #expect(queue.insert("a1", 1, turn("a")) == nil)
        #expect(queue.insert("a2", 2, turn("a")) == nil)
        #expect(queue.insert("b1", 3, turn("b")) == "a2")
        #expect(queue.insert("c1", 4, turn("c")) == "c1")
        #expect(queue.insert("c:1", 5, turn("c:1")) == "b1")
        #expect(queue.count == 2)
    }

    @Test func `a removed job no longer counts for its network`() {
        var queue = PasswordQueue<String>(maximumCount: 4)
        _ = queue.insert("a1", 1, turn("a"))
        #expect(queue.remove(1) == "a1")
        #expect(queue.remove(1) == nil)
        _ = queue.insert("a2", 2, turn("a"))
        _ = queue.insert("b1", 3, turn("b"))
        #expect(queue.removeAll() == ["a2", "b1"])
        #expect(queue.next() == nil)
    }
}
