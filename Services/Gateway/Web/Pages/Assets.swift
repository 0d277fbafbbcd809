import Encoding
import Identity

/// The style sheet, the scripts and the icon. Their names contain a hash of their content, so browsers keep them for good.
struct Assets: Sendable {
    static let style = Assets(PackageResources.onsale_css, "css", "text/css; charset=utf-8")
    static let script = Assets(PackageResources.onsale_js, "js", "text/javascript; charset=utf-8")
    /// Loaded only to solve a puzzle.
    static let puzzle = Assets(PackageResources.puzzle_js, "js", "text/javascript; charset=utf-8")
    static let icon = Assets(PackageResources.onsale_svg, "svg", "image/svg+xml")
    static let all = [style, script, puzzle, icon]
    /// The first part of their paths. No concert has this name, because it is no letter.
    static let folder = "_"
    private static let hashBytesInName = 8

    let name: String
    private let content: [UInt8]
    private let type: String

    private init(_ content: [UInt8], _ suffix: String, _ type: String) {
        self.content = content
        self.type = type
        name = Hexadecimal.text(of: Array(Digest(of: content).bytes.prefix(Self.hashBytesInName))) + ".\(suffix)"
    }

    var path: String { "/\(Self.folder)/\(name)" }

    /// Nil for an unknown name, such as one of another version.
    static func response(to name: String) -> HTTPResponse? {
        guard let asset = all.first(where: { $0.name == name }) else { return nil }
        var response = HTTPResponse(200, asset.type, body: asset.content)
        response.setHeader("cache-control", "public, max-age=31536000, immutable")
        return response
    }
}
