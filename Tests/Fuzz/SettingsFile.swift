@testable import Settings

/// What a file comes to, as text: two readings must be the same.
private func describe(_ node: YAMLSubset.Node, lines: Int, depth: Int) -> String {
  require(node.line >= 1 && node.line <= lines && depth <= YAMLSubset.depthLimit, "a value nowhere in the file")
  switch node.content {
  case .null: return "~"
  case .faulty: return "!"
  case .scalar(let text): return "\(text.count)"
  case .sequence(let nodes):
    for case .sequence in nodes.map(\.content) { require(false, "a list directly in a list") }
    return "[" + nodes.map { describe($0, lines: lines, depth: depth) }.joined(separator: ",") + "]"
  case .mapping(let mapping): return describe(mapping, lines: lines, depth: depth + 1)
  }
}

private func describe(_ mapping: YAMLSubset.Mapping, lines: Int, depth: Int) -> String {
  var seen: Set<String> = []
  let parts = mapping.entries.map { entry in
    require(entry.line >= 1 && entry.line <= lines, "a key nowhere in the file")
    require(entry.key.utf8.count <= YAMLSubset.keyLimit && seen.insert(entry.key).inserted, "key twice or too long")
    return "\(entry.key):\(describe(entry.value, lines: lines, depth: depth))"
  }
  return "{" + parts.joined(separator: ",") + (mapping.isWhole ? "}" : "…}")
}

/// Whether a value or a line is missing from what was read.
private func isIncomplete(_ content: YAMLSubset.Content) -> Bool {
  switch content {
  case .null, .scalar: false
  case .faulty: true
  case .sequence(let nodes): nodes.contains { isIncomplete($0.content) }
  case .mapping(let mapping): !mapping.isWhole || mapping.entries.contains { isIncomplete($0.value.content) }
  }
}

/// The settings that a tree comes to, and what is wrong with them.
private func fill(_ root: YAMLSubset.Mapping) -> (listing: [String], findings: SettingFindings) {
  var settings = ExampleSettings()
  var findings = SettingFindings()
  RecordReader<ExampleSettings>(file: "F").read(root, into: &settings, &findings)
  return (ExampleSettings.table.listing(of: settings), findings)
}

/// One execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let input = bytes(data, size)
  let lines = input.reduce(1) { $0 + ($1 == 0x0A || $1 == 0x0D ? 1 : 0) }
  let (root, faults) = YAMLSubset.parse(SecretBytes(copying: UnsafeRawBufferPointer(input)))
  require(faults.count <= YAMLSubset.faultLimit, "more faults than are reported")
  for fault in faults {
    require(fault.line >= 1 && fault.line <= lines && !fault.message.isEmpty, "a fault nowhere in the file")
  }
  require(!faults.isEmpty || !isIncomplete(.mapping(root)), "something is missing and nothing was reported")
  let (again, faultsAgain) = YAMLSubset.parse(SecretBytes(copying: UnsafeRawBufferPointer(input)))
  let isSame = describe(root, lines: lines, depth: 1) == describe(again, lines: lines, depth: 1)
  require(isSame && faults == faultsAgain, "the same file read twice differs")
  let (listing, findings) = fill(root)
  require(listing.count == ExampleSettings.table.keys.count, "a setting is not listed")
  for fault in findings.faults.all { require(!fault.source.isEmpty && !fault.message.isEmpty, "a fault about nothing") }
  require(listing == fill(again).listing, "the same file fills settings in two ways")
  return 0
}
