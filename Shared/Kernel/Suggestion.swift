extension String {
    /// The name that the user probably meant: at most two edits away, and at most a third of its letters.
    package func nearest(among names: [String]) -> String? {
        let ranked = names.map { (name: $0, distance: distance(to: $0)) }.min { $0.distance < $1.distance }
        guard let ranked, ranked.distance <= 2, ranked.distance * 3 <= ranked.name.count else { return nil }
        return ranked.name
    }

    /// The edit distance: letters that change, appear, vanish or swap with their neighbour.
    private func distance(to other: String) -> Int {
        let a = Array(utf8.prefix(64))
        let b = Array(other.utf8.prefix(64))
        var rows = [Array(0...b.count)]
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = Swift.min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = Swift.min(best, rows[i - 1][j - 1] + 1) }
                row.append(best)
            }
            rows.append(row)
        }
        return rows[a.count][b.count]
    }
}
