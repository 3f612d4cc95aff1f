// zlib, for the sandbox's PNG images.
#pragma once
#include <zlib.h>
