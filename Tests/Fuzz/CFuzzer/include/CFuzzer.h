#pragma once

#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer, which `-sanitize=fuzzer` links. It generates inputs and calls `test` with each, up to its limit.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
