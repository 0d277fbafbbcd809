/// One page of a list.
package struct Page<Item> {
    package let items: ArraySlice<Item>
    package let hasMore: Bool

    /// `size` is that of a request: 0 for the usual one. `read` gets a limit one above it, because the additional row shows
    /// that another page follows.
    package init(of size: UInt32 = 0, usual: Int = 100, _ read: (_ limit: Int) throws -> [Item]) rethrows {
        let size = size == 0 ? usual : Int(size)
        let rows = try read(size + 1)
        items = rows.prefix(size)
        hasMore = rows.count > size
    }
}
