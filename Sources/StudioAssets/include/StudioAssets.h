// The files of the Studio that the binary carries.
#pragma once
#include <stddef.h>

struct studio_asset {
  /// Its path below /studio/.
  const char *path;
  const unsigned char *plain;
  size_t plain_count;
  /// The same, compressed by gzip.
  const unsigned char *gzipped;
  size_t gzipped_count;
};

/// The files, counted from 0; NULL behind the last.
const struct studio_asset *studio_asset(size_t index);
