/* A process that the monitor started: the container's init, an exec, a health check.  */

#ifndef MON_PROCESS_H
#define MON_PROCESS_H

#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include "../start.h"
#include "settings.h"

enum mon_stage
{
  MON_IDLE,     /* not started */
  MON_STARTING, /* the report socket is open */
  MON_FAILED,   /* see start.failure and start.signal */
  MON_RUNNING,
  MON_EXITED, /* reaped; what it wrote may still be in the pipes */
};

struct mon_process
{
  enum mon_stage stage;
  struct ns_start start;
  uint64_t start_ticks; /* of /proc/PID/stat, which tells it from a later one with its pid */
  struct timespec started, finished;
  uint64_t started_ms; /* monotonic */
  int code;            /* or -1 */
  int signal;          /* or 0 */
  struct rusage usage;
};

/* Begin to start PLAN in the namespaces of TARGET, a pidfd or -1. IMAGE is the sealed init.  */
void mon_start_process (struct mon_process *process, struct mon_plan_bytes plan, int target,
                        int image);
/* The report socket is readable: MON_STARTING becomes MON_RUNNING or MON_FAILED when all is said.
 */
void mon_hear_process (struct mon_process *process);
/* The pidfd is readable: MON_RUNNING becomes MON_EXITED.  */
void mon_reap_process (struct mon_process *process);
/* By pidfd: never another one with the same pid. Returns 0 or an errno.  */
int mon_signal_process (struct mon_process *process, int signal);
/* Whether it has a console, whose master is then its input and output.  */
bool mon_has_console (const struct mon_process *process);
/* Where its stream 0 to 2 is written or read; NULL where there is none.  */
int *mon_find_stream (struct mon_process *process, int stream);
/* Close what is left of it.  */
void mon_close_process (struct mon_process *process);

/* What Docker would call its exit code: 128 + n where signal n ended it; 127, 126 or 125 where it
   could not be started.  */
int mon_exit_code (const struct mon_process *process);

uint64_t mon_now (void); /* monotonic, milliseconds */

/* Read a small file: up to SIZE - 1 bytes and a NUL. Returns how many, or -1 with errno.  */
ssize_t mon_read_file (const char *path, char *bytes, size_t size);

#endif
