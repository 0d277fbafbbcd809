/// The wallet and the account.
extension Text {
    static let balance = Text("Balance", "잔액")
    static let emptyWallet = Text("Your wallet is empty.", "지갑이 비어 있습니다.")
    static let setAside = Text("Set aside for payments in progress", "진행 중인 결제로 보류된 금액")
    static let topUp = Text("Top up", "충전")
    static let amount = Text("Amount", "금액")
    static let currency = Text("Currency", "통화")
    static let addMoney = Text("Add the money", "충전하기")
    static let older = Text("Older entries", "이전 내역 보기")
    static let time = Text("Time", "시각")
    static let movement = Text("Movement", "내용")
    static let toppedUp = Text("Top-up", "충전")
    static let entrySetAside = Text("Set aside for a payment", "결제를 위해 보류")
    static let payment = Text("Payment", "결제")
    static let entryRelease = Text("Released", "보류 해제")
    static let refund = Text("Refund", "환불")

    static let name = Text("Name", "이름")
    static let password = Text("Password", "비밀번호")
    static let nameRule = Text(
        "3 to 32 lower-case letters, digits, dots, hyphens and underscores. It begins with a letter.",
        "영문 소문자로 시작하고, 소문자·숫자·점·하이픈·밑줄 3~32자로 입력해 주세요.")
    static let passwordRule = Text("8 to 128 characters.", "8~128자로 입력해 주세요.")
    static let newHere = Text("New here?", "처음이신가요?")
    static let haveAccount = Text("Already have an account?", "계정이 있으신가요?")
    static let signOut = Text("Sign out", "로그아웃")
    static let signOutEverywhere = Text("Sign out everywhere", "모든 기기에서 로그아웃")
    static let signedOut = Text("You are signed out.", "로그아웃되었습니다.")
    static let changePassword = Text("Change the password", "비밀번호 변경")
    static let presentPassword = Text("Current password", "현재 비밀번호")
    static let newPassword = Text("New password", "새 비밀번호")
    static let passwordChanged = Text(
        "The password is changed. All your other sessions have ended.", "비밀번호가 변경되었습니다. 다른 기기에서는 모두 로그아웃되었습니다.")
    static let sessions = Text("Where you are signed in", "로그인된 기기")
    static let thisSession = Text("This browser", "이 브라우저")
    static let address = Text("Address", "주소")
    static let since = Text("Since", "로그인 시각")
    static let lastUsed = Text("Last used", "마지막 사용")
    static let endSession = Text("End", "종료")
    static let sessionEnded = Text("The session has ended.", "세션이 종료되었습니다.")
    static let forgotten = Text("Forgot your password?", "비밀번호를 잊으셨나요?")
    static let forgottenHow = Text(
        "Ask the organiser for a code, and set a new password with it.", "주최 측에 코드를 요청하신 뒤 새 비밀번호를 설정해 주세요.")
    static let code = Text("Code", "코드")
    static let setPassword = Text("Set the password", "비밀번호 설정하기")
    static let passwordSet = Text("The new password is set. Sign in with it.", "새 비밀번호가 설정되었습니다. 새 비밀번호로 로그인해 주세요.")

    static func signedInAs(_ name: String) -> Text { Text("Signed in as \(name)", "\(name) 님으로 로그인 중") }
    static func walletIn(_ currency: String) -> Text { Text("Entries in \(currency)", "\(currency) 거래 내역") }
    static func toppedUpBy(_ amount: Text) -> Text {
        Text("\(amount(in: .english)) is added to your wallet.", "지갑에 \(amount(in: .korean)) 충전이 완료되었습니다.")
    }
}
