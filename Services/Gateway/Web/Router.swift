/// Sends each request to the part of the edge that answers it.
struct Router: Sendable {
    private let pages: Pages
    private let connect: Connect
    private let openAPI: OpenAPI
    private let isSecure: Bool

    init(_ site: Site) {
        isSecure = site.origin.hasPrefix("https:")
        pages = Pages(site)
        connect = Connect(site)
        openAPI = OpenAPI(origin: site.origin)
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = await answer(to: request)
        if isSecure { response.setHeader("strict-transport-security", "max-age=31536000") }
        return response
    }

    private func answer(to request: HTTPRequest) async -> HTTPResponse {
        if request.path.first?.hasPrefix("onsale.") == true { return await connect.respond(to: request) }
        if request.path == [OpenAPI.path] { return openAPI.respond(to: request) }
        return request.method == .other ? .methodNotAllowed() : await pages.respond(to: request)
    }
}
