import ConcertAPI
import Kernel
import RPC
import TestSupport
import Testing

@testable import Gateway

struct CSVTests {
    @Test(arguments: [
        (["a", "b"], "a,b"), (["a,b", "c"], "\"a,b\",c"), (["say \"hi\""], "\"say \"\"hi\"\"\""),
        (["=1+1", "+1", "-1", "@SUM(A1)"], "'=1+1,'+1,'-1,'@SUM(A1)"), (["a=1"], "a=1"),
        (["=cmd|'/C calc'!A0,x"], "\"'=cmd|'/C calc'!A0,x\""),
        // A sign with an accent is another character, and the same cell for a spreadsheet.
        (["=\u{301}1", "a,\u{301}b", "\"\u{301}"], "'=\u{301}1,\"a,\u{301}b\",\"\"\"\u{301}\""),
        (["a\r\nb", "\t=1"], "a??b,?=1"), (["", ""], ","),
    ])
    func `a record has one line, and no cell that runs as a formula`(cells: [String], record: String) {
        #expect(CSV.record(cells).unicodeScalars.elementsEqual(record.unicodeScalars))
    }

    @Test func `a list as CSV has no cell that runs as a formula`() async throws {
        let route = Route(ConcertMethods.listConcerts) { _, _ in
            ListConcertsReply(concerts: [
                Concert(concertID: .numbered(1), name: "sun", title: "=HYPERLINK(A1)", host: "@Suns")
            ])
        }
        try await StubServices.with(concert: [route]) { services in
            let result = await services.gateway("concerts --format csv")
            #expect(result.output == "name,title,host\nsun,'=HYPERLINK(A1),'@Suns\n", "\(result)")
        }
    }
}
