#include "plan.h"

#include <linux/sched.h>

#define NS_NAMESPACES                                                                              \
  (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID      \
   | CLONE_NEWNET)

/* What a record of each op holds.  */
static const struct ns_shape shapes[NS_OP_END] = {
  [NS_ARGUMENT] = { 0, 1, 0, 0 },
  [NS_ENVIRONMENT] = { 0, 1, 0, 0 },
  [NS_JOIN] = { 1, 1, 0, 0 },
  [NS_CGROUP] = { 0, 1, 0, 0 },
  [NS_CGROUP_PROCS] = { 0, 1, 0, 0 },
  [NS_UID_MAP] = { 0, 1, 0, 0 },
  [NS_GID_MAP] = { 0, 1, 0, 0 },
  [NS_JOIN_TARGET] = { 3, 0, 0, 0 },
  [NS_OOM_SCORE_ADJ] = { 0, 1, 0, 0 },
  [NS_MOUNT] = { 3, 4, 0, 0 },
  [NS_OPEN_TREE] = { 5, 3, 0, 0 },
  [NS_CREATE_MOUNT] = { 2, 3, 1, 0 },
  [NS_MOUNT_ATTRIBUTES] = { 6, 1, 0, 0 },
  [NS_MOVE_MOUNT] = { 3, 1, 0, 0 },
  [NS_MKDIR] = { 1, 1, 0, 0 },
  [NS_MKNOD] = { 3, 1, 0, 0 },
  [NS_SYMLINK] = { 0, 2, 0, 0 },
  [NS_CHMOD] = { 1, 1, 0, 0 },
  [NS_CHOWN] = { 2, 1, 0, 0 },
  [NS_PIVOT_ROOT] = { 0, 1, 0, 0 },
  [NS_MASK] = { 0, 1, 0, 0 },
  [NS_READ_ONLY] = { 0, 1, 0, 0 },
  [NS_HOSTNAME] = { 0, 1, 0, 0 },
  [NS_DOMAINNAME] = { 0, 1, 0, 0 },
  [NS_WRITE_PROC] = { 0, 2, 0, 0 },
  [NS_LOOPBACK_UP] = { .empty = 1 },
  [NS_CONSOLE] = { 3, 1, 0, 0 },
  [NS_RLIMIT] = { 3, 0, 0, 0 },
  [NS_BOUNDING] = { 1, 0, 0, 0 },
  [NS_GROUPS] = { 0, 1, 4, 0 },
  [NS_GID] = { 1, 0, 0, 0 },
  [NS_UID] = { 2, 0, 0, 0 },
  [NS_CAPABILITIES] = { 4, 0, 0, 0 },
  [NS_NO_NEW_PRIVILEGES] = { .empty = 1 },
  [NS_SECCOMP] = { 1, 1, 8, 0 },
  [NS_CHDIR] = { 0, 1, 0, 0 },
  [NS_FILE_OWNER] = { 2, 0, 0, 0 },
  [NS_ENTER_USER_NAMESPACE] = { .empty = 1 },
};

static size_t
read_record (const char *bytes, size_t offset, size_t length, struct ns_step *step)
{
  const struct ns_shapes all = { shapes, NS_OP_END };
  return ns_read_record (bytes, offset, length, all, step);
}

/* How many there are of what a plan may hold many of, or at most one.  */
struct ns_counts
{
  size_t arguments, environment, steps, joins, targets, cgroups, cgroup_procs, uid_maps, gid_maps,
      oom_scores, consoles, entries, user_joins;
};

/* Pairs of strings, each with its NUL.  */
static bool
is_pairs (const char *bytes, uint64_t length)
{
  uint64_t ends = 0;
  for (uint64_t i = 0; i < length; i++)
    ends += bytes[i] == '\0';
  return ends % 2 == 0 && (length == 0 || bytes[length - 1] == '\0');
}

static bool
uses_slot (uint32_t op)
{
  return op == NS_OPEN_TREE || op == NS_CREATE_MOUNT || op == NS_MOUNT_ATTRIBUTES
         || op == NS_MOVE_MOUNT;
}

/* The rules that one record cannot break alone go to ns_check_plan; these are a record's own.  */
static bool
check_record (const struct ns_step *step, const struct ns_header *header)
{
  if (uses_slot (step->op) && step->arguments[0] >= NS_MAX_SLOTS)
    return false;
  if (step->op == NS_CREATE_MOUNT && !is_pairs (step->strings[2], step->lengths[2]))
    return false;
  if (step->op == NS_SECCOMP && (step->lengths[0] == 0 || step->lengths[0] / 8 > UINT16_MAX))
    return false;
  if (step->op == NS_GROUPS && step->lengths[0] / 4 > 65536)
    return false;
  if (step->op == NS_JOIN)
    {
      uint64_t type = step->arguments[0];
      if (type == 0 || (type & ~(uint64_t)NS_NAMESPACES) != 0 || (type & (type - 1)) != 0)
        return false;
      /* Who enters a running container must not bring Node's memory along.  */
      if ((type == CLONE_NEWPID || type == CLONE_NEWUSER) && !(header->flags & NS_OWN_MEMORY))
        return false;
    }
  if (step->op == NS_JOIN_TARGET)
    {
      uint64_t types = step->arguments[0];
      if (types == 0 || (types & ~(uint64_t)NS_NAMESPACES) != 0 || !(header->flags & NS_OWN_MEMORY)
          || step->arguments[1] > INT32_MAX)
        return false;
    }
  return true;
}

static void
count_record (const struct ns_step *step, struct ns_counts *counts)
{
  switch (step->op)
    {
    case NS_ARGUMENT:
      counts->arguments++;
      break;
    case NS_ENVIRONMENT:
      counts->environment++;
      break;
    case NS_JOIN:
      counts->joins++;
      counts->user_joins += step->arguments[0] == CLONE_NEWUSER;
      break;
    case NS_JOIN_TARGET:
      counts->targets++;
      counts->user_joins += (step->arguments[0] & CLONE_NEWUSER) != 0;
      break;
    case NS_CGROUP:
      counts->cgroups++;
      break;
    case NS_CGROUP_PROCS:
      counts->cgroup_procs++;
      break;
    case NS_UID_MAP:
      counts->uid_maps++;
      break;
    case NS_GID_MAP:
      counts->gid_maps++;
      break;
    case NS_OOM_SCORE_ADJ:
      counts->oom_scores++;
      break;
    default:
      counts->consoles += step->op == NS_CONSOLE;
      counts->entries += step->op == NS_ENTER_USER_NAMESPACE;
      counts->steps++;
    }
}

static bool
check_header (const struct ns_header *header, size_t length)
{
  if (header->magic != NS_PLAN_MAGIC || header->version != NS_PLAN_VERSION
      || header->length != length)
    return false;
  if ((header->namespaces & ~(uint64_t)NS_NAMESPACES) != 0
      || (header->flags & ~(uint32_t)NS_ALL_FLAGS) != 0 || header->umask > 0777)
    return false;
  for (size_t i = 0; i < 3; i++)
    if (header->stdio[i].kind > NS_STDIO_CONSOLE
        || (header->stdio[i].kind == NS_STDIO_INHERIT && header->stdio[i].fd < 0))
      return false;
  /* The parent is suspended while a child shares its memory, so it can write no maps and wait for
     no one.  */
  bool maps = (header->namespaces & CLONE_NEWUSER) && !(header->flags & NS_ENTER_USER);
  bool waits = (header->flags & NS_PARK) || maps;
  return !waits || (header->flags & NS_OWN_MEMORY);
}

static bool
wants_console (const struct ns_header *header)
{
  for (size_t i = 0; i < 3; i++)
    if (header->stdio[i].kind == NS_STDIO_CONSOLE)
      return true;
  return false;
}

static bool
count_plan (const char *bytes, size_t length, struct ns_counts *counts)
{
  const struct ns_header *header = (const void *)bytes;
  size_t offset = sizeof *header;
  for (uint32_t i = 0; i < header->record_count; i++)
    {
      struct ns_step step;
      size_t size = read_record (bytes, offset, length, &step);
      if (size == 0 || !check_record (&step, header))
        return false;
      count_record (&step, counts);
      offset += size;
    }
  return offset == length;
}

static size_t
measure (const struct ns_counts *counts)
{
  return counts->steps * sizeof (struct ns_step)
         + (NS_ARGV_PREFIX + counts->arguments + 1 + counts->environment + 1) * sizeof (char *);
}

size_t
ns_check_plan (const void *bytes, size_t length)
{
  struct ns_counts counts = { 0 };
  if (length < sizeof (struct ns_header) || length > UINT32_MAX)
    return 0;
  const struct ns_header *header = bytes;
  if (!check_header (header, length) || !count_plan (bytes, length, &counts))
    return 0;
  if (counts.arguments == 0 || counts.joins > NS_MAX_JOINS || counts.targets > 1
      || counts.cgroups > 1 || counts.cgroup_procs > NS_MAX_CGROUPS || counts.uid_maps > 1
      || counts.gid_maps > 1 || counts.oom_scores > 1)
    return 0;
  /* A stream without its console would be the caller's own.  */
  if (counts.consoles > 1 || (wants_console (header) && counts.consoles == 0))
    return 0;
  if (counts.uid_maps + counts.gid_maps > 0 && !(header->namespaces & CLONE_NEWUSER))
    return 0;
  /* There is one user namespace to be in: one that is made, or one that is joined.  */
  size_t users = counts.user_joins + ((header->namespaces & CLONE_NEWUSER) != 0);
  bool enters = (header->flags & NS_ENTER_USER) != 0;
  if (users > 1 || counts.entries != enters || (enters && users == 0))
    return 0;
  return measure (&counts);
}

uint64_t
ns_owned_namespaces (const struct ns_header *header)
{
  const uint64_t owned = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  bool makes = (header->flags & NS_ENTER_USER) && (header->namespaces & CLONE_NEWUSER);
  return makes ? header->namespaces & owned : 0;
}

uint64_t
ns_cloned_namespaces (const struct ns_header *header)
{
  return header->namespaces & ~ns_owned_namespaces (header) & ~(uint64_t)CLONE_NEWCGROUP;
}

void
ns_decode_plan (const void *bytes, void *memory, struct ns_plan *plan)
{
  const struct ns_header *header = bytes;
  struct ns_counts counts = { 0 };
  count_plan (bytes, header->length, &counts);

  struct ns_step *steps = memory;
  const char **argv = (const char **)(void *)(steps + counts.steps) + NS_ARGV_PREFIX;
  const char **envp = argv + counts.arguments + 1;
  *plan = (struct ns_plan){ .header = header, .steps = steps, .argv = argv, .envp = envp };

  size_t offset = sizeof *header, arguments = 0, environment = 0;
  for (uint32_t i = 0; i < header->record_count; i++)
    {
      struct ns_step step;
      offset += read_record (bytes, offset, header->length, &step);
      switch (step.op)
        {
        case NS_ARGUMENT:
          argv[arguments++] = step.strings[0];
          break;
        case NS_ENVIRONMENT:
          envp[environment++] = step.strings[0];
          break;
        case NS_JOIN:
          plan->joins[plan->join_count].type = step.arguments[0];
          plan->joins[plan->join_count++].path = step.strings[0];
          break;
        case NS_JOIN_TARGET:
          plan->target_namespaces = step.arguments[0];
          plan->target_pid = (int)step.arguments[1];
          plan->target_start_ticks = step.arguments[2];
          break;
        case NS_CGROUP:
          plan->cgroup = step.strings[0];
          break;
        case NS_CGROUP_PROCS:
          plan->cgroup_procs[plan->cgroup_procs_count++] = step.strings[0];
          break;
        case NS_UID_MAP:
          plan->uid_map = step.strings[0];
          break;
        case NS_GID_MAP:
          plan->gid_map = step.strings[0];
          break;
        case NS_OOM_SCORE_ADJ:
          plan->oom_score_adj = step.strings[0];
          break;
        default:
          step.index = (uint32_t)plan->step_count;
          steps[plan->step_count++] = step;
        }
    }
  argv[arguments] = NULL;
  envp[environment] = NULL;
}
