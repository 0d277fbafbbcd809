import Kernel

extension Currency {
    package static let eur = Currency("EUR")!
    package static let usd = Currency("USD")!
    package static let gbp = Currency("GBP")!
    package static let jpy = Currency("JPY")!
}
