/// The pages for browsers.
struct Pages: Sendable {
    private let site: Site

    init(_ site: Site) {
        self.site = site
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        guard request.path.isEmpty else { return .text(404, "not found: the description of the API is /openapi.json") }
        return .text(200, "The description of the API: \(site.origin)/openapi.json")
    }
}
