import ConcertAPI
import Journeys
import Kernel

/// All concerts.
struct ConcertsPage: Sendable {
    let visit: Visit

    func show() async throws -> Page {
        let concerts = try await Catalogue(visit.caller).concerts()
        let items: [HTML] = concerts.reversed().map { concert in
            """
            <li class="card"><a href="\(SitePath.concert(concert.name))"><h2>\(concert.title)</h2></a>
            <p class="quiet">\(visit(.presentedBy(concert.host)))</p></li>
            """
        }
        return Page(
            visit(.concerts),
            """
            <h1>\(visit(.concerts))</h1>
            \(HTML.when(items.isEmpty, "<p>\(visit(.noConcerts))</p>"))
            <ul class="cards">\(items)</ul>
            """)
    }
}
