/// The names that protoc-c generates.
enum CNames {
    /// The struct of a message, or the type of an enum: `Onsale__Queue__V1__JoinRequest`.
    static func type(_ fullName: String) -> String {
        fullName.split(separator: ".").map { camel($0) }.joined(separator: "__")
    }

    /// The prefix of a message's functions: `onsale__queue__v1__join_request`.
    static func function(_ fullName: String) -> String {
        fullName.split(separator: ".").map { snake($0) }.joined(separator: "__")
    }

    static func initialiser(_ fullName: String) -> String { function(fullName) + "__init" }

    /// The constant of the set member of a oneof.
    static func oneofCase(_ message: String, _ oneof: String, _ member: String) -> String {
        "\(function(message))__\(oneof)_\(member)".uppercased()
    }

    /// The members of the C struct that store a field.
    static func members(of field: Field) -> [String] {
        field.isRepeated ? [field.name, "n_\(field.name)"] : [field.name]
    }

    /// The member of the C struct that stores which member of a oneof is set.
    static func oneofMember(_ oneof: String) -> String { "\(oneof)_case" }

    private static func camel(_ name: some StringProtocol) -> String {
        name.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func snake(_ name: some StringProtocol) -> String {
        var result = ""
        var wasUpper = true
        for character in name {
            if character.isUppercase, !wasUpper { result += "_" }
            result += character.lowercased()
            wasUpper = character.isUppercase
        }
        return result
    }
}
