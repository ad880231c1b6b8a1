/* state.json: what the next command reads when it asks how the container is. src/monitor/state.ts
   has its types.  */

#ifndef MON_STATE_H
#define MON_STATE_H

#include "text.h"

struct monitor;

/* The state as JSON, to be freed; no bytes where there is no memory.  */
struct mon_text mon_describe_state (const struct monitor *monitor);
/* Write it whole: another file, fsync(2), rename. Returns 0 or an errno.  */
int mon_write_state (const struct monitor *monitor);

#endif
