import CommandLine
import Kernel
import Messages
import RPC

/// Describes the served methods as OpenAPI 3.1, made from the contracts.
struct OpenAPI: Sendable {
    static let path = "openapi.json"

    private let document: [UInt8]

    init(origin: String) {
        let methods = ServedMethods.all
        let json = JSON.object([
            "openapi": .string("3.1.0"),
            "info": .object([
                "title": .string("Onsale"), "version": .string(Version.number),
                "description": .string(
                    "Calls of the Connect protocol (connectrpc.com). A call that changes something needs the header "
                        + "Idempotency-Key, with the same value on every retry."),
            ]),
            "servers": .array([.object(["url": .string(origin)])]),
            "paths": .object(methods.map { ("/\($0.name)", Self.operations(of: $0)) }),
            "components": .object([
                "securitySchemes": .object([
                    "credential": .object([
                        "type": .string("http"), "scheme": .string("bearer"),
                        "description": .string("The credential in the reply to SignIn, in Base64."),
                    ])
                ]),
                "schemas": .object(OpenAPISchema(rules: ServedMethods.rules).all(of: methods)),
            ]),
        ])
        document = Array(json.text.utf8)
    }

    func respond(to request: HTTPRequest) -> HTTPResponse {
        guard request.method == .get else { return .methodNotAllowed(allowed: "GET, HEAD") }
        var response = HTTPResponse(200, "application/json", body: document)
        response.setHeader("cache-control", "public, max-age=300")
        return response
    }

    private static func operations(of method: MethodDescription) -> JSON {
        .object(["post": post(method), "get": method.isReadOnly ? get(method) : nil])
    }

    private static func post(_ method: MethodDescription) -> JSON {
        operation(
            method, id: method.name, headers + (method.isReadOnly ? [] : [requestID]),
            body: .object([
                "required": .bool(true),
                "content": content(OpenAPISchema.reference(to: method.request)),
            ]))
    }

    private static func get(_ method: MethodDescription) -> JSON {
        let query: [JSON] = [
            parameter("encoding", in: "query", isRequired: true, .object(["const": .string("json")])),
            .object([
                "name": .string("message"), "in": .string("query"), "required": .bool(true),
                "content": content(OpenAPISchema.reference(to: method.request)),
            ]),
        ]
        return operation(method, id: "get \(method.name)", query + headers, body: nil)
    }

    private static func operation(_ method: MethodDescription, id: String, _ parameters: [JSON], body: JSON?) -> JSON {
        let failure = JSON.object([
            "description": .string("The failure of the call, or a text if the request cannot be read."),
            "content": .object([
                ConnectCodec.json.mediaType: .object(["schema": OpenAPISchema.failureReference]),
                "text/plain": .object(["schema": .object(["type": .string("string")])]),
            ]),
        ])
        let duties = method.duties.isEmpty ? "" : " Operators need the duty \(method.duties.alternatives)."
        return .object([
            "operationId": .string(id), "tags": .array([.string(service(of: method))]),
            "description": .string("For \(method.callers).\(duties)"),
            "security": method.callers.isEmpty ? nil : .array([.object(["credential": .array([])])]),
            "parameters": .array(parameters), "requestBody": body,
            "responses": .object([
                "200": .object([
                    "description": .string("The reply."), "content": content(OpenAPISchema.reference(to: method.reply)),
                ]),
                "default": failure,
            ]),
        ])
    }

    private static func service(of method: MethodDescription) -> String {
        String(method.name.prefix { $0 != "/" })
    }

    private static func content(_ schema: JSON) -> JSON {
        .object([ConnectCodec.json.mediaType: .object(["schema": schema])])
    }

    private static func parameter(_ name: String, in place: String, isRequired: Bool, _ schema: JSON) -> JSON {
        .object([
            "name": .string(name), "in": .string(place), "required": .bool(isRequired), "schema": schema,
        ])
    }

    private static let headers = [
        parameter("Connect-Protocol-Version", in: "header", isRequired: false, .object(["const": .string("1")]))
    ]

    private static let requestID = parameter(
        "Idempotency-Key", in: "header", isRequired: true,
        .object(["type": .string("string"), "format": .string("uuid")]))
}
