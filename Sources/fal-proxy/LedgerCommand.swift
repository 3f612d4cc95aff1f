import ArgumentParser
import Ledger
import Text

/// `fal-proxy ledger`: what can be done with a ledger.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Look after the ledger.", subcommands: [CheckLedger.self])
}

/// `fal-proxy ledger check`: whether sums and entries agree.
struct CheckLedger: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Prove that the sums of the ledger are those of its entries, while the proxy runs.")

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let mismatches: [SumMismatch]
    do {
      mismatches = try StartUp.ledger(config: options.config).store.read(.mismatches)
    } catch let error as LedgerFault {
      StartUp.report("fal-proxy: \(error)")
      throw ExitCode(1)
    }
    for mismatch in mismatches {
      let scope =
        switch mismatch.scope {
        case .user(let name): "user \(name)"
        case .group(let name): "group \(name)"
        case .total: "all together"
        }
      print(
        "\(scope), \(CalendarDate(number: mismatch.day)): the sum is \(CheckLedger.dollars(mismatch.sum)), the entries come to "
          + CheckLedger.dollars(mismatch.entries))
    }
    guard mismatches.isEmpty else { throw ExitCode(1) }
    print("the sums and the entries of the ledger agree")
  }

  private static func dollars(_ nanos: Int64) -> String { (nanos < 0 ? "-" : "") + "\(Money(nanos: abs(nanos)))" }
}
