/// A call that is refused before it becomes a job.
struct SandboxRefusal: Error {
  var reply: SandboxReply
}
