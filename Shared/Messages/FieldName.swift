/// Names of protobuf fields.
package enum FieldName {
    /// The name of a field in protobuf JSON: `user_id` becomes `userId`.
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
