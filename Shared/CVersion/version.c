#include "version.h"

const char *onsale_commit(void)
{
#ifdef ONSALE_COMMIT
    return ONSALE_COMMIT;
#else
    return "unknown";
#endif
}
