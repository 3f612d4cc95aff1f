@testable import Settings

/// What a file comes to, as text: two readings must be the same.
private func describe(_ node: YAMLSubset.Node, lines: Int, depth: Int) -> String {
  require(node.line >= 1 && node.line <= lines && depth <= YAMLSubset.depthLimit, "a value nowhere in the file")
  switch node.content {
  case .null: return "~"
  case .faulty: return "!"
  case .scalar(let text): return "\(text.count)"
  case .sequence(let nodes):
    return "[" + nodes.map { describe($0, lines: lines, depth: depth) }.joined(separator: ",") + "]"
  case .mapping(let entries): return describe(entries, lines: lines, depth: depth + 1)
  }
}

private func describe(_ entries: [YAMLSubset.Entry], lines: Int, depth: Int) -> String {
  var seen: Set<String> = []
  let parts = entries.map { entry in
    require(entry.line >= 1 && entry.line <= lines, "a key nowhere in the file")
    require(entry.key.utf8.count <= YAMLSubset.keyLimit && seen.insert(entry.key).inserted, "key twice or too long")
    return "\(entry.key):\(describe(entry.value, lines: lines, depth: depth))"
  }
  return "{" + parts.joined(separator: ",") + "}"
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
  let (again, faultsAgain) = YAMLSubset.parse(SecretBytes(copying: UnsafeRawBufferPointer(input)))
  let isSame = describe(root, lines: lines, depth: 1) == describe(again, lines: lines, depth: 1)
  require(isSame && faults == faultsAgain, "the same file read twice differs")
  return 0
}
