/// One page of a list.
package struct Page<Item> {
    package let items: ArraySlice<Item>
    package let hasMore: Bool

    /// `read` gets a limit one above `size`, because the additional row shows that another page follows.
    package init(of size: Int, _ read: (_ limit: Int) throws -> [Item]) rethrows {
        let rows = try read(size + 1)
        items = rows.prefix(size)
        hasMore = rows.count > size
    }
}
