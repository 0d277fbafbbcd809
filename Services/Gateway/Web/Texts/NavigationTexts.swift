/// The frame of every page.
extension Text {
    static let skip = Text("Skip to the content", "본문으로 건너뛰기")
    static let concerts = Text("Concerts", "공연")
    static let myTickets = Text("My tickets", "내 티켓")
    static let wallet = Text("Wallet", "지갑")
    static let account = Text("Account", "계정")
    static let signIn = Text("Sign in", "로그인")
    static let menu = Text("Pages", "메뉴")
    static let language = Text("Language", "언어")
    static let slogan = Text("Fair tickets. One line, one place, one price.", "공정한 예매. 한 줄로 서서, 순서대로, 같은 가격으로.")
    static let back = Text("Back", "뒤로")
    static let connectionLost = Text(
        "The connection is lost. Nothing of yours is lost. Trying again.", "연결이 끊어졌습니다. 진행 상황은 그대로 보존됩니다. 다시 연결하는 중입니다."
    )
}
