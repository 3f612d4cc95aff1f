internal import CEpoll
internal import Glibc

/// What the process asks of the kernel and the C library once, before it serves anything.
public enum ProcessLimits {
  /// Keeps the key out of core files and away from debuggers, and a broken pipe from ending the process.
  /// - Parameter blockSize: bytes from which a block of memory is given back to the system as soon as it is free.
  public static func harden(returningBlocksFrom blockSize: Int) {
    _ = shim_disable_dumps()
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    #if !DEBUG
      // The crash reporter of the Swift runtime prints memory around the registers, which may hold the key.
      for number in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP, SIGQUIT] { signal(number, SIG_DFL) }
    #endif
    // Whoever reads the log may go away.
    signal(SIGPIPE, SIG_IGN)
    // Dispatch moves a queue between threads; an arena for each would only spread the same memory over more pages.
    mallopt(M_ARENA_MAX, 2)
    // The blocks of a burst go back to the system when it is over, and not into a heap that is full of holes: after
    // 2,000 slow readers 14 MB stay in place of 134.
    mallopt(M_MMAP_THRESHOLD, Int32(blockSize))
  }

  /// Opens /dev/null in place of each standard stream that is closed: its number would go to a socket otherwise, and the
  /// log with it. To be called before anything else is opened.
  public static func fillStandardStreams() {
    for number in Int32(0)...2 where fcntl(number, F_GETFD) < 0 {
      // The lowest free number, which this is.
      _ = open("/dev/null", O_RDWR)
    }
  }

  /// Takes code and constants that only starting up has needed out of memory: half of what a waiting process would hold.
  ///
  /// Safe because no such segment is ever written: relocations stand in writable ones. Breakpoints are lost.
  public static func forgetStartUpCode() { shim_forget_constants(UInt(getpagesize())) }

  /// How many processors this process may run on, at least one.
  public static var processors: Int { max(1, Int(shim_processors())) }

  /// Raises the number of open files to what the system allows.
  /// - Returns: the limit in force.
  public static func raiseDescriptorLimit() -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    if limit.rlim_cur < limit.rlim_max {
      limit.rlim_cur = limit.rlim_max
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
    return Int(clamping: limit.rlim_cur)
  }
}
