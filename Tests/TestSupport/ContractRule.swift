import Messages

extension Message {
    /// True if a server accepts the request, and every message inside.
    package func isAllowedByContract() throws -> Bool {
        let bytes = try encoded()
        return bytes.withUnsafeBytes { bytes in
            do throws(MessageError) {
                _ = try Self(checking: bytes, in: Arena())
                return true
            } catch {
                return false
            }
        }
    }
}
