import ArgumentParser
import Ledger
import Relay
import System
import Text

/// `fal-proxy usage`: what was spent, by whom or for what.
struct PrintUsage: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "usage", abstract: "Print what was spent, read from the ledger while the proxy runs.")

  /// How it is printed.
  enum Format: String, ExpressibleByArgument, CaseIterable { case table, csv, json }

  @OptionGroup var options: ConfigurationOptions
  @Option(
    help: "What is told apart: user, group, endpoint or day.",
    transform: { text in
      guard let grouping = UsageGrouping(rawValue: text) else {
        throw ValidationError("--by is user, group, endpoint or day")
      }
      return grouping
    })
  var by = UsageGrouping.user
  @Option(help: "From when on: a day such as 2026-11-01, or so many days back as 7d.")
  var since = "30d"
  @Option(help: "How it is printed: table, csv or json.")
  var format = Format.table

  func run() throws {
    let (store, zoneName) = try StartUp.ledger(config: options.config)
    do {
      let zone = try BudgetZone.load(zoneName)
      let today = zone.date(at: SystemClock.sinceEpoch().seconds)
      guard let first = PrintUsage.day(since, today: today) else {
        throw ValidationError("--since is a day such as 2026-11-01, or so many days back as 7d")
      }
      let rows = try store.read(.usage(by: by, since: zone.start(of: first) * 1000))
      print(UsageText.text(rows, by: by.rawValue, format), terminator: "")
    } catch let error as ValidationError {
      throw error
    } catch {
      StartUp.report("fal-proxy: \(error)")
      throw ExitCode(1)
    }
  }

  private static func day(_ text: String, today: CalendarDate) -> CalendarDate? {
    if let date = CalendarDate(text) { return date }
    let digits = String(text.dropLast())
    guard text.hasSuffix("d"), let days = Int64(digits), (0...36500).contains(days) else { return nil }
    return CalendarDate(days: today.days - days)
  }
}

/// Rows of usage as text.
enum UsageText {
  static func text(_ rows: [UsageRow], by name: String, _ format: PrintUsage.Format) -> String {
    switch format {
    case .json:
      let objects = rows.map { row in
        var key: [UInt8] = []
        key.append(escapingJSON: Array(row.key.utf8).span)
        return "{\"\(name)\":\"\(String(decoding: key, as: UTF8.self))\",\"count\":\(row.count),\"cost\":\(row.cost)}"
      }
      return "[\(objects.joined(separator: ",\n "))]\n"
    case .csv:
      return ([[name, "count", "cost"]] + rows.map(cells)).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
    case .table:
      let total = rows.reduce(Money.zero) { $0 + $1.cost }
      let lines =
        [[name, "count", "cost"]] + rows.map(cells) + [["total", "\(rows.reduce(0) { $0 + $1.count })", "\(total)"]]
      let widths = (0..<3).map { column in lines.map { $0[column].count }.max() ?? 0 }
      return lines.map { line in
        line[0] + String(repeating: " ", count: widths[0] - line[0].count)
          + (1..<3).map { "  " + String(repeating: " ", count: widths[$0] - line[$0].count) + line[$0] }.joined() + "\n"
      }.joined()
    }
  }

  private static func cells(_ row: UsageRow) -> [String] { [row.key, "\(row.count)", "\(row.cost)"] }

  /// RFC 4180 §2.
  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\n\r".contains($0) }
      ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : text
  }
}
