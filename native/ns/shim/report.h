/* What the child tells the start thread over the report socket, a SOCK_SEQPACKET pair that is
   close-on-exec: end of file after NS_REPORT_EXECUTING means that exec succeeded. The other
   direction carries one byte, the release of a child that waits for it.  */

#ifndef NS_REPORT_H
#define NS_REPORT_H

#include <stdint.h>

enum ns_report_kind
{
  NS_REPORT_FAILED = 1,    /* what failed, where and why; from the helper, whom to reap */
  NS_REPORT_EXECUTING = 2, /* everything is set up, exec is next */
  NS_REPORT_CONSOLE = 3,   /* carries the master side of the console */
  NS_REPORT_CHILD = 4,     /* from the helper: the child's pid, carries its pidfd */
};

/* Where a start can fail. The numbers are known to src/failure.ts.  */
enum ns_phase
{
  NS_PHASE_DECODE = 1,
  NS_PHASE_OPEN_NAMESPACE, /* index: which join; the target is -1 */
  NS_PHASE_OPEN_CGROUP,    /* index: which cgroup_procs; the v2 directory is -1 */
  NS_PHASE_OPEN_INIT,
  NS_PHASE_STDIO, /* index: which stream */
  NS_PHASE_CHANNEL,
  NS_PHASE_CLONE,
  NS_PHASE_ID_MAP, /* index: 0 setgroups, 1 gid_map, 2 uid_map */
  NS_PHASE_ABORTED,
  NS_PHASE_DESCRIPTORS,
  NS_PHASE_JOIN_CGROUP,    /* index: which cgroup_procs */
  NS_PHASE_JOIN_NAMESPACE, /* index: which join; the target is -1 */
  NS_PHASE_CGROUP_NAMESPACE,
  NS_PHASE_SESSION,
  NS_PHASE_KEYRING,
  NS_PHASE_STEP, /* index: which step */
  NS_PHASE_WORKING_DIRECTORY,
  NS_PHASE_EXEC,
  NS_PHASE_PARENT_GONE,
  NS_PHASE_HELPER,         /* the helper or the child died without a word */
  NS_PHASE_USER_NAMESPACE, /* making, or joining what belongs to it */
  NS_PHASE_HANDOFF,        /* the helper cannot read the plan */
  NS_PHASE_SIGNALS,
  NS_PHASE_MEMORY, /* Node's, which the child shares, is to be closed to others */
  NS_PHASE_INHERITANCE,
  NS_PHASE_OOM_SCORE,
};

/* More about a failed exec than its errno says.  */
enum ns_exec_detail
{
  NS_EXEC_PLAIN,
  NS_EXEC_NO_INTERPRETER, /* the file is there, what its first line or ELF header names is not */
  NS_EXEC_DIRECTORY,
};

struct ns_report
{
  uint32_t kind;
  uint32_t phase;
  int32_t index;
  int32_t error; /* positive errno */
  uint32_t detail;
  int32_t pid;
};

/* Send a report; FD, unless negative, goes along. Returns 0 or -errno.  */
int ns_send_report (int socket, const struct ns_report *report, int fd);

/* Look whether the other end of the report socket is still open. Returns 0, -ESRCH where the
   process that started us is gone, or -errno.  */
int ns_check_parent (int socket);

#endif
