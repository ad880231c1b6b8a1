/* One start, on a thread that may block. */

#ifndef NS_START_H
#define NS_START_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan.h"
#include "report.h"

enum ns_outcome
{
  NS_PARKED,  /* waits for ns_finish */
  NS_STARTED, /* exec succeeded */
  NS_FAILED,  /* the child is gone; see failure */
};

/* A start from the plan to the running process. Owned by one thread at a time, but for pidfd and
   aborted.  */
struct ns_start
{
  void *bytes; /* the plan */
  size_t length;
  int target; /* pidfd of the process whose namespaces NS_JOIN_TARGET joins, or -1 */

  enum ns_outcome outcome;
  int pid;
  pthread_mutex_t lock; /* held to exchange pidfd and to signal it */
  _Atomic int pidfd;
  _Atomic bool aborted;
  int console;  /* master side, or -1 */
  int stdio[3]; /* our ends of the pipes, or -1 */
  int report;   /* our end while it is needed, or -1 */
  bool executing;
  unsigned lost_reports;
  struct ns_report failure;
  int signal;          /* that killed the child before it said anything, or 0 */
  long resident_floor; /* KiB: what ru_maxrss owes to memory that the child shared with us */
  uint64_t started_ns; /* monotonic, just before the release */
};

/* What one start thread keeps from start to start.  */
struct ns_thread_memory
{
  void *stack;        /* lowest address; NULL until the first start */
  void *holder_stack; /* of what makes a user namespace */
};

/* Run START up to its outcome. IMAGE is the static init as a sealed memfd.  */
void ns_run_start (struct ns_start *start, struct ns_thread_memory *memory, int image);
/* Release a parked START and run it up to its outcome.  */
void ns_finish_start (struct ns_start *start);
/* The same for who must not wait: release START, then hear it each time its report socket is
   readable, until that returns false: the outcome is there.  */
void ns_release_start (struct ns_start *start);
bool ns_hear_start (struct ns_start *start);
/* Kill and reap what has started after all, because nobody can wait for it: ERROR says why.  */
void ns_undo_start (struct ns_start *start, int error);
/* Kill what has been started so far, from any thread.  */
void ns_abort_start (struct ns_start *start);
void ns_free_thread_memory (struct ns_thread_memory *memory);

/* Clone a child that runs ENTRY (ARGUMENT) on our memory until it executes something; ARGS say
   where its pidfd goes, and what it gets besides. Returns its pid or -errno.  */
struct clone_args;
long ns_clone_sharing (struct clone_args *args, struct ns_thread_memory *memory,
                       void (*entry) (void *), void *argument);

/* Copy the program at PATH to a sealed memfd named NAME, so that what a container finds as
   /proc/1/exe is nothing worth writing to (CVE-2019-5736). Returns it or -errno.  */
int ns_seal_image (const char *path, const char *name);

#endif
