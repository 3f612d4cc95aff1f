internal import HTTPWire
internal import Observability

/// What an HTTP/1.1 connection holds of its current request; one that waits for a request has none, so that it costs no
/// more than it must.
final class RequestState {
  let record = AccessRecord()
  /// Finds the content in the input.
  var content = BodyPump(.none)
  /// What the server was told when the request came.
  var options: ServerOptions
  var routeFields: StaticString = ""
  var responseFields: [UInt8] = []
  var isHTTP10 = false
  /// No response to HEAD has content.
  var isHead = false
  /// The client waits for 100 (Continue).
  var awaitsContinue = false
  /// The head of the response has been written.
  var responseStarted = false
  /// How fast the client moves while it is waited for.
  var pace = Pace()
  /// Where in all that is written on the connection the answer begins, 100 (Continue) included.
  var answerOffset: UInt64 = 0
  /// Where the response begins.
  var responseOffset: UInt64 = 0
  /// When reading on after the last answer ends, in monotonic nanoseconds.
  var lingerEnd: UInt64 = 0

  init(_ options: ServerOptions) { self.options = options }

  /// Forgets everything but memory; the content is the caller's to set.
  func reset(_ options: ServerOptions) {
    record.reset()
    self.options = options
    routeFields = ""
    responseFields.removeAll(keepingCapacity: true)
    isHTTP10 = false
    isHead = false
    awaitsContinue = false
    responseStarted = false
    pace.pause()
    answerOffset = 0
    responseOffset = 0
    lingerEnd = 0
  }
}
