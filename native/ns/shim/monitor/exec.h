/* Commands that enter the running container.  */

#ifndef MON_EXEC_H
#define MON_EXEC_H

#include "frame.h"
#include "journal.h"
#include "process.h"

struct monitor;
struct mon_client;

struct mon_exec
{
  struct mon_exec *next;
  struct mon_process process;
  struct mon_client *owner; /* or NULL: nobody wants its output */
  uint32_t id;              /* the owner's */
  char name[MON_EXEC_ID];   /* in the journal, if it is IDENTIFIED */
  uint64_t quiet_until;     /* its terminal, that nobody has open; 0 otherwise */
  bool detached;
  bool identified;
  bool told; /* the owner knows that it runs */
  bool done;
};

/* Start PLAN for CLIENT, as its own unless DETACHED, under its id in the journal if that is not
   NULL. Returns 0, or the errno of a refusal.  */
int mon_start_exec (struct monitor *monitor, struct mon_client *client,
                    const struct mon_frame *frame, const char *id, struct mon_plan_bytes plan);
void mon_watch_execs (struct monitor *monitor);
/* Give back the memory that reading their output needs.  */
void mon_rest_execs (void);
/* Forget those that are done.  */
void mon_sweep_execs (struct monitor *monitor);
/* The payload of MON_REFUSED for a start that failed.  */
struct mon_refusal mon_describe_failure (const struct mon_process *process);

#endif
