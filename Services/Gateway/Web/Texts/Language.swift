/// A language of the pages.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case korean = "ko"

    /// Its name in the language itself.
    var ownName: String {
        switch self {
        case .english: "English"
        case .korean: "한국어"
        }
    }

    /// The first of the browser's languages that the pages have, or else English.
    init(preferredOf languages: [String]) {
        self = languages.lazy.compactMap { Language(rawValue: String($0.prefix(2))) }.first ?? .english
    }
}

/// One text in all languages of the pages.
struct Text: Sendable {
    private let english: String
    private let korean: String

    init(_ english: String, _ korean: String) {
        self.english = english
        self.korean = korean
    }

    /// A text that is the same in all languages, such as a name.
    init(same text: String) { self.init(text, text) }

    func callAsFunction(in language: Language) -> String {
        switch language {
        case .english: english
        case .korean: korean
        }
    }
}
