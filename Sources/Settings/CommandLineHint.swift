/// What to say of a word on the command line that is no command and no option.
package enum CommandLineHint {
  /// The first word of `arguments` that was likely meant for something else, in a sentence; nil when there is none. Words
  /// that are not shown may be secrets.
  /// - Parameter options: what may begin with dashes.
  package static func text(for arguments: [String], commands: [String], options: [String]) -> String? {
    for (index, argument) in arguments.enumerated() {
      if argument.hasPrefix("--") {
        let name = String(argument.dropFirst(2).prefix { $0 != "=" })
        if let hint = options.contains(name) ? nil : hint(forOption: name, options) { return hint }
      } else if index == 0, !commands.contains(argument), Spelling.isName(argument),
        let meant = Spelling.suggestion(for: argument, among: commands)
      {
        return "there is no command \(argument); did you mean \(meant)?"
      }
    }
    return nil
  }

  private static func hint(forOption name: String, _ options: [String]) -> String? {
    if FalKey.isCalled(name) { return FalKey.cure("there is no such option") }
    guard Spelling.isName(name) else { return nil }
    if let key = Settings.table.keys.first(where: { Spelling.plain($0.name) == Spelling.plain(name) }) {
      return
        "--\(name) is a setting and no option: set \(key.facts.variable), or \(key.name) in the file that --config names"
    }
    return Spelling.suggestion(for: name, among: options).map { "there is no option --\(name); did you mean --\($0)?" }
  }
}
