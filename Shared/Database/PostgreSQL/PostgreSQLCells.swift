import CPostgreSQL

/// The columns of one row of a result, in PostgreSQL's binary format.
struct PostgreSQLCells {
    let result: OpaquePointer
    let row: Int32

    func isNull(_ column: Int) -> Bool {
        PQgetisnull(result, row, Int32(column)) != 0
    }

    /// Returns an integer of any width, and a boolean as 0 or 1.
    func int64(_ column: Int) -> Int64? {
        let value = withBytes(column) { bytes -> Int64? in
            switch bytes.count {
            case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
            case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
            case 2: Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
            case 1: Int64(bytes[0])
            default: nil
            }
        }
        return value ?? nil
    }

    func withBytes<Value>(_ column: Int, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        guard !isNull(column) else { return nil }
        let count = Int(PQgetlength(result, row, Int32(column)))
        return body(UnsafeRawBufferPointer(start: PQgetvalue(result, row, Int32(column)), count: count))
    }
}
