/* The child between clone and exec: what it holds and what it does.

   Everything here runs on memory that may be Node's own (see syscall.h), allocates nothing and
   returns 0 or -errno.  */

#ifndef NS_CHILD_H
#define NS_CHILD_H

#include <stdbool.h>

#include "plan.h"

/* Descriptors that the child gets from the start thread; -1 where there is none.  */
struct ns_descriptors
{
  int report;
  int image; /* the static init */
  int plan;  /* the plan as a file, for the helper */
  int cgroup;
  int target; /* pidfd of the process whose namespaces are joined */
  int stdio[3];
  int joins[NS_MAX_JOINS];
  int cgroup_procs[NS_MAX_CGROUPS];
  int user_namespace; /* that a step enters; a pidfd stands for that of its process */
  int owned_namespaces[NS_OWNED_NAMESPACES];
};

struct ns_child
{
  const struct ns_plan *plan;
  struct ns_descriptors fds;
  uint64_t joined; /* CLONE_NEW* types that ns_join_namespaces has done */
  /* /proc/self/fd of the procfs outside: mount(2) takes names only, and a name in here is a
     descriptor. */
  int fd_directory;
  bool in_fd_directory;
  int null_device; /* the container's own, checked */
  /* The directory that ns_open_parent opened last, or -1, and its path, which has no NUL.  */
  int parent;
  const char *parent_path;
  size_t parent_length;
  int slots[NS_MAX_SLOTS];
};

/* child.c: close every descriptor from 3 on but those in FDS.  */
int ns_close_others (const struct ns_descriptors *fds);
/* child.c: enter those of TYPES, CLONE_NEW*, that are still to be joined. */
void ns_join_namespaces (struct ns_child *child, uint64_t types);
/* child.c: become as likely a victim of the kernel's OOM killer as the plan says.  */
void ns_set_oom_score (const struct ns_child *child);
/* child.c: run the plan. Returns only by exec or exit.  */
void ns_run_child (struct ns_child *child) __attribute__ ((noreturn));
/* child.c: report and exit.  */
void ns_fail (const struct ns_child *child, int phase, int index, int error, int detail)
    __attribute__ ((noreturn));

/* inheritance.c: give up what the caller has and a container must not have.  */
int ns_leave_inheritance (void);

/* path.c. Paths are absolute and resolved in the root of the process without magic links.  */
int ns_open_path (const char *path, unsigned long flags, unsigned long resolve);
/* As if ROOT, a directory, were "/".  */
int ns_open_inside (int root, const char *path, unsigned long flags);
int ns_open_target (struct ns_child *child, const char *path, enum ns_create create,
                    unsigned long resolve);
/* The directory that holds PATH, made where it is missing; *NAME is PATH's last component. CHILD
   keeps it open for the next step, so it is not the caller's to close.  */
int ns_open_parent (struct ns_child *child, const char *path, const char **name);
/* Another mount may lie on that directory's path from now on.  */
void ns_forget_parent (struct ns_child *child);
int ns_open_proc (const char *path, unsigned long flags);
int ns_go_to_fd_directory (struct ns_child *child);

/* file.c: the kernel's encoding of a device number as mknod(2) and stat(2) have it.  */
unsigned ns_encode_device (uint64_t major, uint64_t minor);

/* mount.c  */
int ns_mount (struct ns_child *child, const struct ns_step *step);
int ns_open_tree (struct ns_child *child, const struct ns_step *step);
int ns_create_mount (struct ns_child *child, const struct ns_step *step);
int ns_mount_attributes (struct ns_child *child, const struct ns_step *step);
int ns_move_mount (struct ns_child *child, const struct ns_step *step);
int ns_pivot_root (struct ns_child *child, const struct ns_step *step);
int ns_mask (struct ns_child *child, const struct ns_step *step);
int ns_read_only (struct ns_child *child, const struct ns_step *step);
/* Mount what FD leads to on TARGET, a descriptor.  */
int ns_bind_descriptor (struct ns_child *child, int fd, int target, unsigned long flags);

/* file.c  */
int ns_mkdir (struct ns_child *child, const struct ns_step *step);
int ns_mknod (struct ns_child *child, const struct ns_step *step);
int ns_symlink (struct ns_child *child, const struct ns_step *step);
int ns_chmod (struct ns_child *child, const struct ns_step *step);
int ns_chown (struct ns_child *child, const struct ns_step *step);
int ns_write_proc (const struct ns_step *step);
/* Write TEXT to PATH below /proc.  */
int ns_write_proc_file (const char *path, const char *text);
int ns_chdir (struct ns_child *child, const struct ns_step *step);

/* credentials.c  */
int ns_limit (const struct ns_step *step);
int ns_drop_bounding (const struct ns_step *step);
int ns_set_groups (const struct ns_step *step);
int ns_set_gid (const struct ns_step *step);
int ns_set_uid (const struct ns_step *step);
int ns_set_capabilities (const struct ns_step *step);
int ns_set_no_new_privileges (void);
int ns_set_file_owner (const struct ns_step *step);
int ns_enter_user_namespace (const struct ns_child *child);
int ns_install_seccomp (const struct ns_step *step);

/* system.c  */
int ns_set_hostname (const struct ns_step *step);
int ns_set_domainname (const struct ns_step *step);
int ns_raise_loopback (void);

/* console.c  */
int ns_open_console (struct ns_child *child, const struct ns_step *step);

/* exec.c: run ARGV[0], searched in the PATH of ENVP. Returns -errno.  */
int ns_exec (const char *const *argv, const char *const *envp, int *detail);

#endif
