/* What the stages of one start share on the start thread's side.  */

#ifndef NS_LAUNCH_H
#define NS_LAUNCH_H

#include "child.h"
#include "start.h"

struct clone_args;

/* Room for /proc/PID/ and a short name.  */
#define NS_PROCESS_PATH_SIZE 64

/* What ns_run_start holds while the child is made.  */
struct ns_launch
{
  struct ns_start *start;
  struct ns_plan plan;
  struct ns_child child; /* descriptors: the child's ends */
  int holder;            /* pidfd of what made the user namespace, or -1 */
};

/* launch.c: record what failed; ERROR is a positive errno.  */
void ns_fail_start (struct ns_start *start, enum ns_phase phase, int index, int error);
/* launch.c: close *FD unless it is negative, and forget it.  */
void ns_close_fd (int *fd);
/* launch.c: FD, or what replaces it where it is below 3. Keeps errno.  */
int ns_above_stdio (int fd);
/* launch.c: a memfd that can be sealed. Returns it or -1 with errno.  */
int ns_make_memfd (const char *name, unsigned kind);
/* launch.c: write /proc/PID/NAME.  */
void ns_format_process_path (char path[NS_PROCESS_PATH_SIZE], int pid, const char *name);
bool ns_write_all (int fd, const void *bytes, size_t length);

/* prepare.c: open everything that the child gets. Where that fails, the start has failed.  */
bool ns_prepare_child (struct ns_launch *launch);
void ns_close_child_ends (struct ns_descriptors *fds);

/* user_namespace.c: make the user namespace that a step enters, where there is one.  */
bool ns_make_user_namespace (struct ns_launch *launch, struct ns_thread_memory *memory);
/* user_namespace.c: reap the child that made it.  */
void ns_bury_holder (struct ns_launch *launch);

/* start.c: map the ids of PID's user namespace.  */
bool ns_write_id_maps (struct ns_start *start, const struct ns_plan *plan, int pid);
/* start.c: wait for the end of what PIDFD stands for. Returns the signal that killed it, or 0.  */
int ns_reap (int pidfd);

/* clone.c: clone3 of a child that shares our memory and runs ENTRY on *STACK, which is made where
   it is NULL. Returns its pid or -errno.  */
long ns_clone_on_stack (struct clone_args *args, void **stack, void (*entry) (void *),
                        void *argument);
/* clone.c: make the child and wait until it shares our memory no more.  */
bool ns_clone_child (struct ns_launch *launch, struct ns_thread_memory *memory);

#endif
