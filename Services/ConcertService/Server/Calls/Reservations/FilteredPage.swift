import Kernel

/// A page of the rows that match a filter, in the order of their key.
struct FilteredPage<Entity> {
    /// Rows that one call reads, so that it returns within some milliseconds.
    private static var mostExamined: Int { 500 }
    private static var usualSize: Int { 100 }

    private let last: ID<Entity>?
    private let size: Int
    /// The rows to read after `last`.
    let limit: Int

    /// `size` is that of the request. Without a filter, no row is read in vain.
    init(after last: ID<Entity>?, size: UInt32, isFiltered: Bool) {
        self.last = last
        self.size = size == 0 ? Self.usualSize : Int(size)
        limit = isFiltered ? Self.mostExamined : self.size
    }

    /// The matching rows of the examined ones, which are ordered by id.
    func rows<Row>(
        among examined: [Row], _ id: (Row) -> ID<Entity>, _ matches: (Row) -> Bool
    ) -> (found: [Row], hasMore: Bool, last: ID<Entity>?) {
        let examined = last.map { last in examined.filter { last < id($0) } } ?? examined
        var found: [Row] = []
        var rest = examined[...]
        while found.count < size, let row = rest.popFirst() {
            if matches(row) { found.append(row) }
        }
        let end = examined.dropLast(rest.count).last.map(id)
        return (found, !rest.isEmpty || examined.count >= limit, end)
    }
}
