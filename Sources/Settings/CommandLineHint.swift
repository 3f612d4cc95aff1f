/// What to say of a word on the command line that is no command and no option.
package enum CommandLineHint {
  /// What one letter stands for elsewhere.
  private static let letters = ["c": "config", "p": "port", "v": "version"]

  /// The first word of `arguments` that was likely meant for something else, in a sentence; nil when there is none. Words
  /// that are not shown may be secrets.
  /// - Parameter options: what may begin with dashes.
  package static func text(for arguments: [String], commands: [String], options: [String]) -> String? {
    // What is no command and yet may be meant by a word in the place of one.
    let meanings = commands + ["serve --sandbox", "--version"]
    for (index, argument) in arguments.enumerated() {
      if argument.hasPrefix("-") {
        if let hint = hint(forOption: argument.prefix { $0 != "=" }, options) { return hint }
      } else if index == 0, !commands.contains(argument), Spelling.isName(argument),
        let meant = Spelling.suggestion(for: argument, among: meanings)
      {
        return "there is no command \(argument); did you mean \(meant)?"
      }
    }
    return nil
  }

  private static func hint(forOption option: Substring, _ options: [String]) -> String? {
    let word = String(option.drop { $0 == "-" })
    if option == "--" + word, options.contains(word) { return nil }
    let name = letters[word] ?? word
    if FalKey.isCalled(name) { return FalKey.cure("there is no such option") }
    guard Spelling.isName(name) else { return nil }
    if let key = Settings.table.keys.first(where: { Spelling.plain($0.name) == Spelling.plain(name) }) {
      return
        "\(option) is a setting and no option: set \(key.facts.variable), or \(key.name) in the file that --config names"
    }
    return Spelling.suggestion(for: name, among: options).map { "there is no option \(option); did you mean --\($0)?" }
  }
}
