/// Names that the protobuf specification derives from others.
enum ProtoNames {
    /// What a field is called in protobuf JSON: underscores go, and what follows one is upper case.
    static func json(_ field: String) -> String {
        var result = ""
        var isAfterUnderscore = false
        for character in field {
            if character == "_" {
                isAfterUnderscore = true
            } else {
                result += isAfterUnderscore ? character.uppercased() : String(character)
                isAfterUnderscore = false
            }
        }
        return result
    }
}
