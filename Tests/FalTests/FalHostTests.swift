import Fal
import Testing

@Suite("Hosts of fal")
struct FalHostTests {
  @Test(
    "have the roles of protocol.md §1",
    arguments: [
      ("fal.run", .run), ("falrun.com", .run), ("queue.fal.run", .queue), ("queue.falrun.com", .queue),
      ("rest.fal.ai", .rest), ("rest.alpha.fal.ai", .rest), ("api.fal.ai", .other), ("fal.ai", .other), ("", .other),
      ("FAL.RUN", .other), ("fal.run.", .other), ("xfal.run", .other), ("queue.fal.ai", .other),
      ("rest.fal.run", .other), ("127.0.0.1", .other),
    ] as [(String, HostRole)])
  func roles(host: String, role: HostRole) {
    let found = HostRole(host.utf8.span)
    #expect(found == role)
    #expect(role.servesModels == (role == .run || role == .queue))
  }

  @Test("are under fal's own domains, each of them once")
  func table() {
    let names = FalHost.all.map { $0.name.description }
    #expect(Set(names).count == names.count)
    for name in names { #expect(FalHost.isFal(name)) }
    #expect(FalHost.names(of: .rest) == ["rest.fal.ai", "rest.alpha.fal.ai"])
    // What both of a pair serve is the same.
    #expect(FalHost.names(of: .queue) == FalHost.names(of: .run).map { "queue." + $0 })
  }

  @Test(
    "and no other domain is fal's",
    arguments: [
      ("fal.run", true), ("a.fal.run", true), ("a.b.fal.ai", true), ("falrun.com", true), ("evilfal.run", false),
      ("fal.run.evil.com", false), ("fal.com", false), ("run", false), ("", false), (".fal.run", true),
      ("al.run", false),
    ])
  func domains(host: String, isFal: Bool) { #expect(FalHost.isFal(host) == isFal) }
}
