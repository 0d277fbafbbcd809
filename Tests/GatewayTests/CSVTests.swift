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
}
