/* The plan: one flat buffer that says everything a start needs, made by src/encode.ts.

   Layout, in the byte order of the machine: a header, then records (see record.h). How many
   arguments and strings an op takes is fixed (see the table in plan.c), so every record is checked
   the same way.  */

#ifndef NS_PLAN_H
#define NS_PLAN_H

#include "record.h"

#define NS_PLAN_MAGIC 0x6e6c7044u /* "Dpln" */
#define NS_PLAN_VERSION 1u

#define NS_MAX_JOINS 8
#define NS_MAX_CGROUPS 16
#define NS_MAX_SLOTS 256

/* Entries before argv that the child may fill: the init's name and its own argument.  */
#define NS_ARGV_PREFIX 2

enum ns_flag
{
  NS_PARK = 1,            /* wait for an explicit release */
  NS_INIT = 2,            /* run the command under the static init */
  NS_OWN_MEMORY = 4,      /* go through the static helper: share no memory with Node */
  NS_CHOWN_STDIO = 8,     /* give the pipes to stdio_uid and stdio_gid */
  NS_DENY_SETGROUPS = 16, /* write "deny" to /proc/PID/setgroups before the gid map */
  NS_ENTER_USER = 32,     /* the user namespace, made first or joined, is entered by a step */
  NS_ALL_FLAGS = 63,
};

enum ns_stdio_kind
{
  NS_STDIO_NULL,
  NS_STDIO_INHERIT,
  NS_STDIO_PIPE,
  NS_STDIO_CONSOLE,
};

enum ns_op
{
  /* What is wanted, in no particular place. */
  NS_ARGUMENT = 1,  /* string */
  NS_ENVIRONMENT,   /* string */
  NS_JOIN,          /* CLONE_NEW* type; path: namespaces are joined in this order */
  NS_CGROUP,        /* path of a cgroup v2 directory */
  NS_CGROUP_PROCS,  /* path of a cgroup v1 cgroup.procs */
  NS_UID_MAP,       /* text for /proc/PID/uid_map */
  NS_GID_MAP,       /* text for /proc/PID/gid_map */
  NS_JOIN_TARGET,   /* CLONE_NEW* types, all at once; pid and start ticks of whose they are, or 0
                       for the process that the start has as target */
  NS_OOM_SCORE_ADJ, /* text for /proc/self/oom_score_adj */

  /* Steps, executed in this order. */
  NS_MOUNT = 16, /* flags, create, resolve; source, target, fstype, data */
  NS_OPEN_TREE,  /* slot, flags, file type of a device or 0, its major, minor; source, subpath, file
                    of another mount namespace or "" */
  NS_CREATE_MOUNT,     /* slot, attributes; fstype, source, options */
  NS_MOUNT_ATTRIBUTES, /* slot, set, clear, propagation, recursive, idmap; target or "" for the slot
                        */
  NS_MOVE_MOUNT,       /* slot, create, resolve; target */
  NS_MKDIR,            /* mode; path */
  NS_MKNOD,            /* mode, major, minor; path */
  NS_SYMLINK,          /* target, path */
  NS_CHMOD,            /* mode; path */
  NS_CHOWN,            /* uid, gid; path */
  NS_PIVOT_ROOT,       /* path */
  NS_MASK,             /* path */
  NS_READ_ONLY,        /* path */
  NS_HOSTNAME,         /* name */
  NS_DOMAINNAME,       /* name */
  NS_WRITE_PROC,       /* path below /proc, value */
  NS_LOOPBACK_UP,
  NS_CONSOLE,      /* rows, columns, uid; device or "" */
  NS_RLIMIT,       /* resource, soft, hard */
  NS_BOUNDING,     /* mask of the capabilities to keep */
  NS_GROUPS,       /* blob of u32 */
  NS_GID,          /* gid */
  NS_UID,          /* uid, keep capabilities */
  NS_CAPABILITIES, /* effective, permitted, inheritable, ambient */
  NS_NO_NEW_PRIVILEGES,
  NS_SECCOMP,    /* flags; blob of struct sock_filter */
  NS_CHDIR,      /* path */
  NS_FILE_OWNER, /* uid, gid */
  NS_ENTER_USER_NAMESPACE,
  NS_OP_END,
};

/* What a target that is not there becomes.  */
enum ns_create
{
  NS_CREATE_NOTHING,
  NS_CREATE_DIRECTORY,
  NS_CREATE_FILE,
};

/* What belongs to a user namespace that is entered by a step, and is made with it.  */
#define NS_OWNED_NAMESPACES 3

struct ns_header
{
  uint32_t magic;
  uint32_t version;
  uint32_t length; /* of the whole plan, bytes */
  uint32_t record_count;
  uint64_t namespaces; /* CLONE_NEW* to create */
  uint32_t flags;      /* enum ns_flag */
  uint32_t umask;
  uint32_t stdio_uid;
  uint32_t stdio_gid;
  struct
  {
    uint32_t kind; /* enum ns_stdio_kind */
    int32_t fd;
  } stdio[3];
};

/* A checked plan. All pointers lead into the buffer it was decoded from or into the caller's
 * memory.  */
struct ns_plan
{
  const struct ns_header *header;
  const struct ns_step *steps;
  size_t step_count;
  const char **argv;
  const char **envp;
  struct
  {
    uint64_t type;
    const char *path;
  } joins[NS_MAX_JOINS];
  size_t join_count;
  uint64_t target_namespaces;
  int target_pid; /* or 0 */
  uint64_t target_start_ticks;
  const char *cgroup_procs[NS_MAX_CGROUPS];
  size_t cgroup_procs_count;
  const char *cgroup;        /* or NULL */
  const char *uid_map;       /* or NULL */
  const char *gid_map;       /* or NULL */
  const char *oom_score_adj; /* or NULL */
};

/* How much memory ns_decode_plan needs for the plan of LENGTH bytes at BYTES, which must be 8-byte
   aligned; 0 where it is no valid plan. This is the check: what passes here decodes.  */
size_t ns_check_plan (const void *bytes, size_t length);

/* The user namespace that is made for a step to enter, and the namespaces that it owns, or 0.  */
uint64_t ns_owned_namespaces (const struct ns_header *header);
/* What the container's process is cloned with. A cgroup namespace it makes itself.  */
uint64_t ns_cloned_namespaces (const struct ns_header *header);

/* Fill PLAN from a buffer that ns_check_plan accepted; MEMORY has as many bytes as it asked for. */
void ns_decode_plan (const void *bytes, void *memory, struct ns_plan *plan);

#endif
