#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "launch.h"
#include "syscall.h"
#include "text.h"

#define NS_STACK_SIZE (128 * 1024)
#define NS_GUARD_SIZE (64 * 1024) /* the largest page of any aarch64 kernel */

/* Whether a child may look into Node's memory is a property of that memory, so of the process and
   not of a thread or an environment: a child clears PR_SET_DUMPABLE before it takes the
   container's identity, and the last one to leave the memory restores it.  */
static pthread_mutex_t sharing_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned sharing_count;
static int dumpable_before;

static void
begin_sharing (void)
{
  pthread_mutex_lock (&sharing_lock);
  if (sharing_count++ == 0)
    dumpable_before = prctl (PR_GET_DUMPABLE);
  pthread_mutex_unlock (&sharing_lock);
}

static void
end_sharing (void)
{
  pthread_mutex_lock (&sharing_lock);
  if (--sharing_count == 0 && dumpable_before == 1)
    prctl (PR_SET_DUMPABLE, 1);
  pthread_mutex_unlock (&sharing_lock);
}

/* The child that shares our memory until it is the container's program, or the helper.  */
static void
enter_child (void *argument)
{
  struct ns_launch *launch = argument;
  struct ns_child *child = &launch->child;
  if (atomic_load (&launch->start->aborted))
    ns_exit (1);
  int error = ns_close_others (&child->fds);
  if (error < 0)
    ns_fail (child, NS_PHASE_DESCRIPTORS, -1, error, 0);
  if (!(child->plan->header->flags & NS_OWN_MEMORY))
    ns_run_child (child);

  char plan[NS_DECIMAL_SIZE], report[NS_DECIMAL_SIZE];
  const char *const argv[] = { "dockher-helper", plan, report, NULL };
  const char *const envp[] = { NULL };
  const int *all = (const int *)&child->fds;
  for (size_t i = 0; i < sizeof child->fds / sizeof (int); i++)
    {
      long kept = all[i] >= 0 ? ns_syscall (__NR_fcntl, all[i], F_SETFD, 0) : 0;
      if (kept < 0)
        ns_fail (child, NS_PHASE_DESCRIPTORS, -1, (int)kept, 0);
    }
  ns_format_decimal (plan, child->fds.plan);
  ns_format_decimal (report, child->fds.report);
  long result = ns_syscall (__NR_execveat, child->fds.image, "", argv, envp, AT_EMPTY_PATH);
  ns_fail (child, NS_PHASE_OPEN_INIT, -1, (int)result, 0);
}

static int
make_stack (void **stack)
{
  if (*stack != NULL)
    return 0;
  void *made = mmap (NULL, NS_GUARD_SIZE + NS_STACK_SIZE, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
  if (made == MAP_FAILED)
    return -errno;
  if (mprotect (made, NS_GUARD_SIZE, PROT_NONE) < 0)
    {
      int error = -errno;
      munmap (made, NS_GUARD_SIZE + NS_STACK_SIZE);
      return error;
    }
  *stack = made;
  return 0;
}

static void
free_stack (void **stack)
{
  if (*stack != NULL)
    munmap (*stack, NS_GUARD_SIZE + NS_STACK_SIZE);
  *stack = NULL;
}

void
ns_free_thread_memory (struct ns_thread_memory *memory)
{
  free_stack (&memory->stack);
  free_stack (&memory->holder_stack);
}

long
ns_clone_on_stack (struct clone_args *args, void **stack, void (*entry) (void *), void *argument)
{
  int error = make_stack (stack);
  if (error < 0)
    return error;
  args->stack = (uintptr_t)*stack + NS_GUARD_SIZE;
  args->stack_size = NS_STACK_SIZE;
  return ns_clone_call (args, entry, argument);
}

/* CLONE_VFORK suspends this thread until exec. Besides the stack, it keeps the kernel's OOM killer
   from taking Node down for a child that shares its memory (in_vfork in mm/oom_kill.c), and the
   child's oom_score_adj from becoming Node's.  */
long
ns_clone_sharing (struct clone_args *args, struct ns_thread_memory *memory, void (*entry) (void *),
                  void *argument)
{
  args->flags |= CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  args->exit_signal = SIGCHLD;
  begin_sharing ();
  long pid = ns_clone_on_stack (args, &memory->stack, entry, argument);
  end_sharing ();
  return pid;
}

bool
ns_clone_child (struct ns_launch *launch, struct ns_thread_memory *memory)
{
  struct ns_start *start = launch->start;
  bool own = (launch->plan.header->flags & NS_OWN_MEMORY) != 0;
  int cgroup = launch->child.fds.cgroup;
  struct clone_args args = { .pidfd = (uintptr_t)&start->pidfd };
  if (!own)
    args.flags |= ns_cloned_namespaces (launch->plan.header);
  if (!own && cgroup >= 0)
    {
      args.flags |= CLONE_INTO_CGROUP;
      args.cgroup = (unsigned)cgroup;
    }
  long pid = ns_clone_sharing (&args, memory, enter_child, launch);
  if (pid < 0)
    return ns_fail_start (start, NS_PHASE_CLONE, -1, (int)-pid), false;
  if (!own)
    {
      struct rusage usage = { 0 };
      getrusage (RUSAGE_SELF, &usage);
      start->resident_floor = usage.ru_maxrss;
    }
  start->pid = (int)pid;
  return true;
}
