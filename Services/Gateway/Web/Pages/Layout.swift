import Journeys
import Kernel

/// A page: its content, and what the frame around it needs.
struct Page: Sendable {
    var status = 200
    let title: String
    let content: HTML
    /// Browsers without JavaScript load the page again after this time.
    var refresh: (after: Duration, path: String)?
    var isWide = false

    init(
        _ title: String, status: Int = 200, refresh: (after: Duration, path: String)? = nil, isWide: Bool = false,
        _ content: HTML
    ) {
        self.title = title
        self.status = status
        self.refresh = refresh
        self.isWide = isWide
        self.content = content
    }
}

/// The frame of every page: head, navigation and footer.
struct Layout: Sendable {
    private static let longestRefreshSeconds: Int64 = 3600

    let visit: Visit

    func document(_ page: Page) -> HTML {
        """
        <!doctype html>
        <html lang="\(visit.language.rawValue)" data-now="\(visit.now.milliseconds)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>\(page.title) · Onsale</title>
        <link rel="stylesheet" href="\(Assets.style.path)">
        <link rel="icon" href="\(Assets.icon.path)" type="image/svg+xml">
        <script src="\(Assets.script.path)" defer></script>
        \(refresh(page))
        </head>
        <body>
        <a class="skip" href="#content">\(visit(.skip))</a>
        <header class="top"><div class="frame">
        <a class="brand" href="/">Onsale</a>
        <nav aria-label="\(visit(.menu))"><ul>\(links)</ul></nav>
        </div></header>
        <main id="content" tabindex="-1" class="frame\(page.isWide ? " wide" : "")">
        <p class="banner bad" data-offline="\(visit(.connectionLost))" hidden></p>
        \(page.content)
        </main>
        <div class="spoken" role="status" aria-live="polite" data-spoken></div>
        <footer class="bottom"><div class="frame"><p>\(visit(.slogan))</p>
        <nav aria-label="\(visit(.language))"><ul>\(languages)</ul></nav></div></footer>
        </body>
        </html>

        """
    }

    private func refresh(_ page: Page) -> HTML {
        guard let (after, path) = page.refresh else { return "" }
        let seconds = min(max(1, (after.milliseconds + 999) / 1000), Self.longestRefreshSeconds)
        return "<noscript><meta http-equiv=\"refresh\" content=\"\(seconds);url=\(path)\"></noscript>"
    }

    private var links: HTML {
        let account = visit.signIn.map { Text(same: $0.name) } ?? .signIn
        let pages: [(Text, String)] = [
            (.concerts, "/"), (.myTickets, "/tickets"), (.wallet, "/wallet"), (account, "/account"),
        ]
        let path = visit.request.target.prefix { $0 != "?" }
        let items: [HTML] = pages.map { text, link in
            "<li><a href=\"\(link)\"\(HTML.when(link == path, " aria-current=\"page\""))>\(visit(text))</a></li>"
        }
        return "\(items)"
    }

    private var languages: HTML {
        let items: [HTML] = Language.allCases.map { language in
            language == visit.language
                ? "<li><span aria-current=\"true\">\(language.ownName)</span></li>"
                : "<li><a href=\"?lang=\(language.rawValue)\" lang=\"\(language.rawValue)\" hreflang=\"\(language.rawValue)\">\(language.ownName)</a></li>"
        }
        return "\(items)"
    }
}

/// The parts that several pages have.
enum Parts {
    /// A link that looks like a button.
    static func button(_ text: String, to path: String, isQuiet: Bool = false) -> HTML {
        "<a class=\"button\(isQuiet ? " quiet" : "")\" href=\"\(path)\">\(text)</a>"
    }

    /// A form with one button.
    static func form(
        _ visit: Visit, _ action: FormAction, to path: String, _ button: String, isQuiet: Bool = false,
        _ fields: HTML = ""
    ) -> HTML {
        """
        <form method="post" action="\(path)">\(visit.fields(action))\(fields)<button\(isQuiet ? " class=quiet" : "")>\(button)</button></form>
        """
    }

    /// A time that the script counts down to, from the last day on. `reloads` loads the page again then.
    static func countdown(to end: Timestamp, _ visit: Visit, reloads: Bool = true) -> HTML {
        let rest = end - visit.now
        return """
            <time class="countdown" role="timer" data-until="\(end.milliseconds)"\(HTML.when(reloads, " data-reloads"))>\
            \(rest > .days(1) ? visit(DurationText.text(rest)) : DurationText.countdown(rest))</time>
            """
    }

    /// A time without a venue. The script shows it in the zone of the browser.
    static func time(_ time: Timestamp, _ visit: Visit) -> HTML {
        "<time datetime=\"\(time.description)\" data-local>\(visit(TimeText(zone: "UTC").short(time))) UTC</time>"
    }

    static func row(_ name: String, _ value: HTML) -> HTML { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }
}

/// The addresses of the pages.
enum SitePath {
    static func concert(_ name: String) -> String { "/" + PercentEncoding.encoded(name) }
    static func date(_ concert: String, _ date: String) -> String {
        "/\(PercentEncoding.encoded(concert))/\(PercentEncoding.encoded(date))"
    }
    static func query(_ path: String, _ fields: [(String, String)]) -> String {
        path + "?" + fields.map { "\($0.0)=\(PercentEncoding.encoded($0.1))" }.joined(separator: "&")
    }

    /// The path if it leads to a page of this site, and else nil.
    static func local(_ path: String?) -> String? {
        guard let path, path.hasPrefix("/"), !path.hasPrefix("//"), path.utf8.count <= 200,
            path.utf8.allSatisfy({ $0.isLetterOrDigit || "/-._~%?=&".utf8.contains($0) })
        else { return nil }
        return path
    }
}
