#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer, which `-sanitize=fuzzer` links: calls `test` with inputs that it makes up, until told to stop.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
