import CProtobufC
import CommandLine
import ConcertAPI
import Kernel
import Messages
import QueueAPI
import RPC
import WalletAPI

/// Lists and finds the methods that `gateway call` accepts: those of the contracts that the gateway is built with.
enum Methods {
    private static let services: [ServiceDescription] = [
        HealthMethods.service, ReflectionMethods.service, ActionsMethods.service, EventsMethods.service,
        QueueMethods.service,
        ConcertMethods.service,
        WalletMethods.service,
    ]
    private static let all = services.flatMap(\.methods)

    private static let method = Operand(optional: "METHOD", .text("METHOD"))

    static let command = Command(
        "methods", "Lists the methods of the services, or the fields of one method.",
        operands: [method], examples: ["", "Health/Check"],
        run: { run in
            guard let name = run[method] else {
                let lines = services.flatMap { [$0.name] + $0.methods.map(line) }
                return run.show(.list(all, json), lines.joined(separator: "\n"))
            }
            let method = try find(name)
            run.show(
                json(method),
                """
                \(method.name)
                  \(traits(method))
                  request \(method.request.name)
                \(fields(of: method.request, indentation: 4))\
                  \(method.isStream ? "items" : "reply") \(method.reply.name)
                \(fields(of: method.reply, indentation: 4))
                """)
        })

    /// The method with this full name or unambiguous suffix: `Health/Check`, `Check`.
    static func find(_ name: String) throws(GatewayError) -> MethodDescription {
        let found = all.filter { $0.name == name || $0.name.hasSuffix("/" + name) || $0.name.hasSuffix("." + name) }
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw .usage("\(name) is ambiguous. Give the full name: \(found.map(\.name).joined(separator: " or "))")
        }
        let names = all.flatMap { [$0.name, $0.serviceAndName, $0.shortName] }
        let hint = name.nearest(among: names).map { "Did you mean \($0)?" } ?? "See: gateway methods"
        throw .usage("unknown method \(name). \(hint)")
    }

    private static func json(_ method: MethodDescription) -> JSON {
        .object([
            "method": .string(method.name), "request": .string(method.request.name),
            "reply": .string(method.reply.name), "isStream": .bool(method.isStream),
            "isSafeToRepeat": .bool(method.isSafeToRepeat), "callers": .string("\(method.callers)"),
            "duties": method.duties.isEmpty ? nil : .list(method.duties.each) { .string("\($0)") },
        ])
    }

    private static func line(_ method: MethodDescription) -> String {
        let width = 24
        let name = method.shortName + String(repeating: " ", count: max(0, width - method.shortName.count))
        return "  \(name) \(traits(method))"
    }

    private static func traits(_ method: MethodDescription) -> String {
        let duty = method.duties.isEmpty ? "" : " with the duty \(method.duties.alternatives)"
        return "for \(method.callers)\(duty)" + (method.isSafeToRepeat ? ", safe to repeat" : "")
            + (method.isStream ? ", a stream" : "")
    }

    /// One line per field, for users who write the message in JSON. Fields of inner messages are indented.
    private static func fields(of descriptor: MessageDescriptor, indentation: Int) -> String {
        let margin = String(repeating: " ", count: indentation)
        guard !descriptor.fields.isEmpty else { return "\(margin)no fields\n" }
        return descriptor.fields.map { field in
            let type = field.isRepeated ? "[\(type(of: field))]" : type(of: field)
            let line = "\(margin)\(field.jsonName): \(type)\n"
            guard field.type == PROTOBUF_C_TYPE_MESSAGE else { return line }
            return line + fields(of: field.message, indentation: indentation + 2)
        }.joined()
    }

    private static func type(of field: ProtobufCFieldDescriptor) -> String {
        switch field.type {
        case PROTOBUF_C_TYPE_STRING: "string"
        case PROTOBUF_C_TYPE_BYTES: field.isNamedAsID ? "UUID" : "bytes in Base64"
        case PROTOBUF_C_TYPE_BOOL: "true or false"
        case PROTOBUF_C_TYPE_FLOAT, PROTOBUF_C_TYPE_DOUBLE: "number"
        case PROTOBUF_C_TYPE_MESSAGE: "object"
        case PROTOBUF_C_TYPE_ENUM: field.enumValues.map { String(cString: $0.name) }.joined(separator: " or ")
        case PROTOBUF_C_TYPE_UINT32, PROTOBUF_C_TYPE_UINT64, PROTOBUF_C_TYPE_FIXED32, PROTOBUF_C_TYPE_FIXED64:
            "whole number from 0"
        default: "whole number"
        }
    }
}

extension MethodDescription {
    /// `Check`
    fileprivate var shortName: String { String(name.split(separator: "/").last ?? "") }
    /// `Health/Check`
    var serviceAndName: String { String(name.split(separator: ".").last ?? "") }
}
