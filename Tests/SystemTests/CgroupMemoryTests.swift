import Foundation
import System
import Testing

@Suite("The memory a control group allows")
struct CgroupMemoryTests {
  /// A tree of groups: paths below the root, and what their files say.
  private func limit(_ groups: String, _ files: [String: String]) throws -> Int? {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("cgroup-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: false, encoding: .utf8)
    }
    let list = root.appendingPathComponent("groups")
    try groups.write(to: list, atomically: false, encoding: .utf8)
    return CgroupMemory.limit(groups: list.path, root: root.path)
  }

  @Test("version 2: the smallest of the group's own and those above it")
  func version2() throws {
    #expect(try limit("0::/\n", ["memory.max": "536870912\n"]) == 536_870_912)
    #expect(try limit("0::/\n", ["memory.max": "max\n"]) == nil)
    #expect(try limit("0::/a/b\n", ["a/memory.max": "1000000\n", "a/b/memory.max": "max\n"]) == 1_000_000)
    #expect(try limit("0::/a/b\n", ["a/memory.max": "1000000\n", "a/b/memory.max": "900000\n"]) == 900_000)
    #expect(try limit("0::/a\n", ["b/memory.max": "1\n"]) == nil)
  }

  @Test("version 1, also where the path is the host's and only the root is to be seen")
  func version1() throws {
    let groups = "12:pids:/docker/x\n7:cpu,memory:/docker/x\n1:name=systemd:/docker/x\n"
    #expect(try limit(groups, ["memory/docker/x/memory.limit_in_bytes": "268435456\n"]) == 268_435_456)
    #expect(try limit(groups, ["memory/memory.limit_in_bytes": "268435456\n"]) == 268_435_456)
    #expect(try limit(groups, ["memory/memory.limit_in_bytes": "9223372036854771712\n"]) == nil)
  }

  @Test("what cannot be read is no limit", arguments: ["", "x", "0::", ":::", "0:memory:/", "\n\n"])
  func nonsense(groups: String) throws {
    #expect(try limit(groups, [:]) == nil)
    #expect(CgroupMemory.limit(groups: "/nonexistent", root: "/nonexistent") == nil)
  }
}
