import Journeys
import Kernel

/// Finds ids by their ends, which lists show.
enum ShortID {
    /// The only id that ends in `name`. `hint` says where to see them.
    static func find<Entity>(
        _ name: String, among ids: [ID<Entity>], _ noun: String, hint: String
    ) throws(GatewayError) -> ID<Entity> {
        let suffix = IDSuffix(name)
        let found = ids.filter { suffix.matches($0) }
        if found.count == 1 { return found[0] }
        throw .refused(
            found.isEmpty
                ? "there is no \(noun) \(name.printable)" : "\(name.printable) matches \(found.count.counted(noun))",
            hint: hint)
    }
}
