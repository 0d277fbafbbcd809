#pragma once

// The commit that the program is built from.
const char *onsale_commit(void);
