/* Processes that no later one with the same pid is taken for.  */

#ifndef NS_IDENTIFY_H
#define NS_IDENTIFY_H

#include <stdint.h>

/* When PID started, as field 22 of /proc/PID/stat has it (proc(5)); 0 with errno where that cannot
   be read.  */
uint64_t ns_read_start_ticks (int pid);
/* A pidfd of PID, where that still is the process which started then; else -1 with errno.  */
int ns_open_process (int pid, uint64_t start_ticks);

#endif
