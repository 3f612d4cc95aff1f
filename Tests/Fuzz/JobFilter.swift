import Guard
import HTTPWire

private let seals = JobSeals([[1]])
private let names = ["764cabcf-b745-4b3e-ae38-1200304cf45b", "req-1", "1"].map { Array($0.utf8) }

private func job(_ id: [UInt8]) -> OwnedJob {
  let job = OwnedJob(seals, submittedBy: Caller(Identity(1)), to: Array("fal-ai/flux".utf8).span)
  require(job.learn(id.span), "no id")
  return job
}

/// `input` through the pump in pieces, with room for `room` bytes at a time.
private func filtered(
  _ input: UnsafeBufferPointer<UInt8>, _ job: OwnedJob, keepsLength: Bool, cuts: [Int], room: Int
) -> [UInt8] {
  var pump = BodyPump(.untilClose, filter: JobFilter(job, keepsLength: keepsLength))
  var (output, at): ([UInt8], Int) = ([], 0)
  for end in cuts + [input.count, input.count] {
    if at == input.count { pump.endWithConnection() }
    var stuck = 0
    while true {
      var memory = [UInt8](repeating: 0, count: room)
      let move = memory.withUnsafeMutableBytes { memory in
        try! pump.move(UnsafeBufferPointer(rebasing: input[at..<end]), into: memory, as: .plain)
      }
      at += move.consumed
      output += memory[..<move.written]
      if move.outcome != .needsRoom { break }
      stuck = move.consumed + move.written > 0 ? 0 : stuck + 1
      require(stuck < 2, "goes on for ever")
    }
  }
  return output
}

/// One execution: which id there is, then content with `I` for it in its text, in pieces cut anywhere.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard size > 1, let data else { return 0 }
  let id = names[Int(data[0]) % names.count]
  let job = job(id)
  let content = bytes(data + 1, size - 1).flatMap { $0 == UInt8(ascii: "I") ? id : [$0] }
  content.withUnsafeBufferPointer { input in
    let places = cuts(input, upTo: input.count)
    for keepsLength in [true, false] {
      let whole = filtered(input, job, keepsLength: keepsLength, cuts: [], room: 20 * input.count + 8192)
      let pieces = filtered(input, job, keepsLength: keepsLength, cuts: places, room: 8192)
      require(whole == pieces, "pieces differ")
      if keepsLength, id.count == 36 { require(whole.count == input.count, "another length") }
      if JobFilter.keepsLength(input.span, of: job) {
        require(whole.count == input.count, "another length than was told")
      }
      // A UUID stands nowhere any more, but where it is a part of another id.
      if id.count == 36, keepsLength { require(!contains(whole, id), "the id is still there") }
    }
  }
  return 0
}

private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  bytes.indices.contains { bytes[$0] == part[0] && bytes[$0...].starts(with: part) }
}
