import CProtocPlugin

/// Converts a FileDescriptorProto from protoc into a `SchemaFile`.
struct SchemaReader {
    private let file: Google__Protobuf__FileDescriptorProto
    private let locations: [[Int32]: Declaration]

    static func read(_ pointer: UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>) -> SchemaFile {
        SchemaReader(file: pointer.pointee, locations: locations(pointer.pointee)).file(descriptor: packed(pointer))
    }

    private func file(descriptor: [UInt8]) -> SchemaFile {
        let package = String(optional: file.package)
        return SchemaFile(
            name: String(optional: file.name),
            package: package,
            syntax: String(optional: file.syntax),
            syntaxLine: declaration([12]).line,
            imports: list(file.dependency, file.n_dependency).map { String(optional: $0) },
            messages: list(file.message_type, file.n_message_type).enumerated().map {
                message($1!.pointee, in: package, at: [4, Int32($0)])
            },
            enums: list(file.enum_type, file.n_enum_type).enumerated().map {
                enumeration($1!.pointee, in: package, at: [5, Int32($0)])
            },
            services: list(file.service, file.n_service).enumerated().map {
                service($1!.pointee, in: package, at: [6, Int32($0)])
            },
            descriptor: descriptor)
    }

    private func message(
        _ message: Google__Protobuf__DescriptorProto, in scope: String, at path: [Int32]
    ) -> MessageType {
        let fullName = Self.join(scope, String(optional: message.name))
        return MessageType(
            fullName: fullName,
            declaration: declaration(path),
            fields: list(message.field, message.n_field).enumerated().map {
                field($1!.pointee, at: path + [2, Int32($0)])
            },
            oneofs: list(message.oneof_decl, message.n_oneof_decl).enumerated().map {
                Oneof(name: String(optional: $1!.pointee.name), declaration: declaration(path + [8, Int32($0)]))
            },
            messages: list(message.nested_type, message.n_nested_type).enumerated().map {
                self.message($1!.pointee, in: fullName, at: path + [3, Int32($0)])
            },
            enums: list(message.enum_type, message.n_enum_type).enumerated().map {
                enumeration($1!.pointee, in: fullName, at: path + [4, Int32($0)])
            },
            isMapEntry: message.options.map { $0.pointee.map_entry != 0 } ?? false,
            // A reserved range of a message excludes its end. One of an enum includes it.
            reservedNumbers: list(message.reserved_range, message.n_reserved_range).map {
                $0!.pointee.start...max($0!.pointee.start, $0!.pointee.end - 1)
            },
            reservedNames: list(message.reserved_name, message.n_reserved_name).map { String(optional: $0) })
    }

    private func field(_ field: Google__Protobuf__FieldDescriptorProto, at path: [Int32]) -> Field {
        let label: Field.Label =
            switch field.label {
            case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REPEATED: .repeated
            case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__LABEL__LABEL_REQUIRED: .required
            default: .single
            }
        let isUnpacked = field.options.map { $0.pointee.has_packed != 0 && $0.pointee.packed == 0 } ?? false
        return Field(
            name: String(optional: field.name),
            number: field.number,
            declaration: declaration(path),
            kind: Self.kind(field),
            label: label,
            isPacked: !isUnpacked,
            oneof: field.has_oneof_index != 0 ? Int(field.oneof_index) : nil,
            isProto3Optional: field.proto3_optional != 0,
            jsonName: String(optional: field.json_name),
            rules: field.options.map { Options($0.pointee.base).rules } ?? Field.Rules())
    }

    private static func kind(_ field: Google__Protobuf__FieldDescriptorProto) -> Field.Kind {
        let type = String(String(optional: field.type_name).drop { $0 == "." })
        return switch field.type {
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_DOUBLE: .double
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FLOAT: .float
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT32: .int32
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_INT64: .int64
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_UINT32: .uint32
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_UINT64: .uint64
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SINT32: .sint32
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SINT64: .sint64
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FIXED32: .fixed32
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_FIXED64: .fixed64
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SFIXED32: .sfixed32
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_SFIXED64: .sfixed64
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BOOL: .bool
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_STRING: .string
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_BYTES: .bytes
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_ENUM: .enumeration(type)
        case GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_GROUP: .group
        default: .message(type)
        }
    }

    private func enumeration(
        _ type: Google__Protobuf__EnumDescriptorProto, in scope: String, at path: [Int32]
    ) -> EnumType {
        EnumType(
            fullName: Self.join(scope, String(optional: type.name)),
            declaration: declaration(path),
            values: list(type.value, type.n_value).enumerated().map {
                let options = $1!.pointee.options.map { Options($0.pointee.base) }
                return EnumType.Value(
                    name: String(optional: $1!.pointee.name), number: $1!.pointee.number,
                    declaration: declaration(path + [2, Int32($0)]), code: options?.code ?? 0,
                    sentence: options?.sentence ?? "")
            },
            reservedNumbers: list(type.reserved_range, type.n_reserved_range).map {
                $0!.pointee.start...max($0!.pointee.start, $0!.pointee.end)
            },
            reservedNames: list(type.reserved_name, type.n_reserved_name).map { String(optional: $0) })
    }

    private func service(
        _ service: Google__Protobuf__ServiceDescriptorProto, in scope: String, at path: [Int32]
    ) -> Service {
        Service(
            fullName: Self.join(scope, String(optional: service.name)),
            declaration: declaration(path),
            methods: list(service.method, service.n_method).enumerated().map {
                method($1!.pointee, at: path + [2, Int32($0)])
            })
    }

    private func method(_ method: Google__Protobuf__MethodDescriptorProto, at path: [Int32]) -> Service.Method {
        let level = method.options?.pointee.idempotency_level
        let options = method.options.map { Options($0.pointee.base) }
        return Service.Method(
            name: String(optional: method.name),
            declaration: declaration(path),
            request: String(String(optional: method.input_type).drop { $0 == "." }),
            reply: String(String(optional: method.output_type).drop { $0 == "." }),
            isClientStream: method.client_streaming != 0,
            isServerStream: method.server_streaming != 0,
            isSafeToRepeat: level == GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__NO_SIDE_EFFECTS
                || level == GOOGLE__PROTOBUF__METHOD_OPTIONS__IDEMPOTENCY_LEVEL__IDEMPOTENT,
            isAnsweredLater: options?.isAnsweredLater ?? false,
            callers: options?.callers ?? [])
    }

    private func declaration(_ path: [Int32]) -> Declaration {
        locations[path] ?? Declaration(line: 1, comment: "")
    }

    private static func locations(_ file: Google__Protobuf__FileDescriptorProto) -> [[Int32]: Declaration] {
        guard let info = file.source_code_info?.pointee else { return [:] }
        var locations: [[Int32]: Declaration] = [:]
        for location in list(info.location, info.n_location) {
            guard let location = location?.pointee, location.n_span > 0 else { continue }
            let leading = String(optional: location.leading_comments)
            let comment = leading.isEmpty ? String(optional: location.trailing_comments) : leading
            locations[list(location.path, location.n_path)] = Declaration(
                line: Int(location.span[0]) + 1, comment: comment)
        }
        return locations
    }

    private static func packed(_ file: UnsafeMutablePointer<Google__Protobuf__FileDescriptorProto>) -> [UInt8] {
        let comments = file.pointee.source_code_info
        file.pointee.source_code_info = nil
        defer { file.pointee.source_code_info = comments }
        let size = google__protobuf__file_descriptor_proto__get_packed_size(file)
        return [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = google__protobuf__file_descriptor_proto__pack(file, buffer.baseAddress)
        }
    }

    private static func join(_ scope: String, _ name: String) -> String {
        scope.isEmpty ? name : "\(scope).\(name)"
    }
}

/// Copies a C array.
func list<Element>(_ start: UnsafeMutablePointer<Element>?, _ count: Int) -> [Element] {
    Array(UnsafeBufferPointer(start: start, count: count))
}

extension String {
    /// Copies a C string. Empty if it is null.
    init(optional text: UnsafePointer<CChar>?) {
        self = text.map { String(cString: $0) } ?? ""
    }
}
