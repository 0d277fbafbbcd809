import CProtocPlugin

/// A packed FileDescriptorSet, as `protoc --descriptor_set_out` writes it.
enum DescriptorSet {
    /// Nil if the bytes are not a FileDescriptorSet.
    static func read(_ bytes: [UInt8]) -> [SchemaFile]? {
        guard let set = google__protobuf__file_descriptor_set__unpack(nil, bytes.count, bytes) else { return nil }
        defer { google__protobuf__file_descriptor_set__free_unpacked(set, nil) }
        return list(set.pointee.file, set.pointee.n_file).map { SchemaReader.read($0!) }
    }
}
