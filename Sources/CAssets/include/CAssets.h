// Files of the repository that the binary carries.
#pragma once
#include <stddef.h>

struct asset {
  /// Where it stands in the repository.
  const char *name;
  const unsigned char *bytes;
  size_t count;
};

/// The schemas of config/models, counted from 0; NULL behind the last.
const struct asset *model_schema(size_t index);
