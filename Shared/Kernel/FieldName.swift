/// Names of fields, as protobuf writes them.
package enum FieldName {
    /// What a field is called in protobuf JSON: underscores go, and what follows one is upper case.
    package static func json(_ field: String) -> String {
        var name = ""
        var isAfterUnderscore = false
        for character in field {
            if character == "_" {
                isAfterUnderscore = true
            } else {
                name += isAfterUnderscore ? character.uppercased() : String(character)
                isAfterUnderscore = false
            }
        }
        return name
    }
}
