import Glibc
import Testing

@testable import Settings

@Suite("The process environment", .serialized)
struct EnvironmentTests {
  /// A block such as the kernel makes, on buffers of our own.
  private func withBlock(_ entries: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Void) {
    let block = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: entries.count + 1)
    for (index, entry) in entries.enumerated() { block[index] = strdup(entry) }
    block[entries.count] = nil
    body(block)
    for index in entries.indices { free(block[index]) }
    block.deallocate()
  }

  private func bytes(_ entry: UnsafeMutablePointer<CChar>?, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(bitPattern: entry![$0]) }
  }

  @Test("scrubbing zeroes the values of the four key variables in place, doubles included, and nothing else")
  func scrubBlock() {
    let entries = [
      "A=1", "FAL_KEY=abc", "FAL_KEY_ID=id", "FAL_KEY_SECRET=s=t", "FAL_KEY=xyz", "FAL_PROXY_AUTH_TOKENS=t", "FAL_KEY",
      "FAL_KEY=",
    ]
    withBlock(entries) { block in
      Environment.scrubValues(in: block)
      let secrets: Set = [1, 2, 3, 4, 5]
      for (index, entry) in entries.enumerated() {
        var expected = Array(entry.utf8)
        if secrets.contains(index) {
          for position in (expected.firstIndex(of: UInt8(ascii: "="))! + 1)..<expected.count { expected[position] = 0 }
        }
        #expect(bytes(block[index], expected.count) == expected, "\(entry)")
      }
    }
    Environment.scrubValues(in: nil)
  }

  @Test("reads, lists and scrubs the real environment")
  func real() {
    let entry = strdup("FAL_KEY_SECRET=canary")!
    defer { free(entry) }
    #expect(putenv(entry) == 0)
    let environment = Environment()
    #expect(environment.value(of: "FAL_KEY_SECRET")?.equals("canary") == true)
    #expect(environment.names(startingWith: "FAL_KEY_SEC") == ["FAL_KEY_SECRET"])
    Environment.scrub()
    #expect(bytes(entry + 15, 6) == [0, 0, 0, 0, 0, 0])
    #expect(getenv("FAL_KEY_SECRET") == nil)
    #expect(environment.names(startingWith: "FAL_KEY_SEC").isEmpty)
    #expect(environment.value(of: "FAL_PROXY_NO_SUCH_VARIABLE") == nil)
  }
}
