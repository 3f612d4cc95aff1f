internal import Glibc

/// How much memory the control groups of this process allow it, of both versions of the interface.
public enum CgroupMemory {
  /// Above this a number stands for no limit: version 1 writes the largest page-aligned one.
  private static let unlimited = 1 << 60

  /// The smallest limit of the group this process is in and of those above it, in bytes; nil when there is none.
  /// - Parameters:
  ///   - groups: what says which groups those are, `/proc/self/cgroup`.
  ///   - root: where the groups are.
  public static func limit(groups: String = "/proc/self/cgroup", root: String = "/sys/fs/cgroup") -> Int? {
    var limits: [Int] = []
    for line in (text(of: groups) ?? "").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[0] == "0", parts[1].isEmpty {
        limits += all(root, parts[2], "memory.max")
      } else if parts[1].split(separator: ",").contains("memory") {
        limits += all(root + "/memory", parts[2], "memory.limit_in_bytes")
      }
    }
    return limits.min()
  }

  /// The limits of `group` and of those above it. Inside a container the path may be that of the host, of which only the root
  /// can be seen.
  private static func all(_ root: String, _ group: Substring, _ file: String) -> [Int] {
    var names = group.split(separator: "/")
    var found: [Int] = []
    while true {
      let directory = ([root] + names.map(String.init)).joined(separator: "/")
      if let text = text(of: directory + "/" + file), let number = Int(text.prefix { $0.isNumber }), number < unlimited
      {
        found.append(number)
      }
      guard names.popLast() != nil else { return found }
    }
  }

  private static func text(of path: String) -> String? {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { memory in
      guard let count = try? Syscalls.readFile(path, into: memory) else { return nil }
      return String(decoding: memory[..<count], as: UTF8.self)
    }
  }
}
