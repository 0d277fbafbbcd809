import CVersion

/// The version of the programs and of their contracts.
package enum Version {
    package static let number = "1.0.0"
    /// That of the packages of the contracts, such as `onsale.queue.v1`.
    package static let contract = "v1"
    /// Only release builds of a repository know it.
    package static var commit: String { String(cString: onsale_commit()) }

    /// `gateway 1.0.0, contract v1, commit 3f2a9c01`
    package static func text(of program: String) -> String {
        "\(program) \(number), contract \(contract), commit \(commit)"
    }
}
