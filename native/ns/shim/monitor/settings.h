/* What TypeScript hands to a monitor (src/monitor/encode-settings.ts): a header, then records (see
   ../record.h), in a sealed memfd that stays mapped.  */

#ifndef MON_SETTINGS_H
#define MON_SETTINGS_H

#include "../record.h"

#define MON_SETTINGS_MAGIC 0x6e6f6d44u /* "Dmon" */
#define MON_SETTINGS_VERSION 1u

#define MON_MAX_CGROUPS 16
#define MON_NAME_SIZE 256

enum mon_setting
{
  MON_SET_PLAN = 1,         /* blob: the container's plan, parked */
  MON_SET_DIRECTORY,        /* path: of the container */
  MON_SET_SOCKET_DIRECTORY, /* path; the container's directory without it */
  MON_SET_LOG,              /* driver, bytes before rotation or 0, files; name */
  MON_SET_STDIN,            /* enum mon_stdin */
  MON_SET_STOP,             /* signal, milliseconds */
  MON_SET_RESTART,          /* enum mon_restart, retries or 0 */
  MON_SET_HEALTH, /* interval, timeout, start period, interval within it (milliseconds), retries;
                     blob: plan, parked */
  MON_SET_OOM_COUNTER,      /* path of memory.events or memory.oom_control */
  MON_SET_KILL,             /* path of cgroup.kill or "", cgroup.procs or "", freezer.state or "" */
  MON_SET_CGROUP_PROCS,     /* path of a cgroup.procs: where the monitor itself goes */
  MON_SET_EXIT_ARGUMENT,    /* string */
  MON_SET_EXIT_ENVIRONMENT, /* string */
  MON_SET_HOLD,             /* milliseconds: how long output waits for the first who attaches */
  MON_SET_JOURNAL, /* bytes before rotation; path, path of the older, subject, name of the container
                    */
  MON_SET_FROZEN,  /* path of cgroup.freeze or freezer.state: whether it is frozen */
  MON_SET_END,
};

enum mon_log_driver
{
  MON_LOG_NONE,
  MON_LOG_JSON_FILE,
};

enum mon_stdin
{
  MON_STDIN_NONE,
  MON_STDIN_OPEN, /* for whoever attaches, as long as the container runs */
  MON_STDIN_ONCE, /* closed when the first who attached to it goes */
};

enum mon_restart
{
  MON_RESTART_NO,
  MON_RESTART_ALWAYS,
  MON_RESTART_UNLESS_STOPPED,
  MON_RESTART_ON_FAILURE,
};

struct mon_plan_bytes
{
  const void *bytes; /* or NULL */
  size_t length;
};

/* All pointers lead into the settings that were decoded.  */
struct mon_settings
{
  struct mon_plan_bytes plan;
  const char *directory;
  const char *socket_directory; /* or NULL */
  enum mon_log_driver log_driver;
  uint64_t log_size;
  uint64_t log_files;
  const char *log_name;
  enum mon_stdin stdin_mode;
  int stop_signal;
  uint64_t stop_timeout;
  enum mon_restart restart;
  uint64_t retries;
  struct mon_plan_bytes health;
  uint64_t health_interval, health_timeout, health_start_period, health_start_interval;
  uint64_t health_retries;
  uint64_t hold;
  const char *oom_counter; /* or NULL */
  const char *kill_file, *kill_procs, *kill_freezer;
  const char *frozen;                  /* or NULL */
  const char *journal, *journal_older; /* or NULL */
  /* Of each entry what is between its action and the container's name, whose quote is open: escaped
     twice, as JSON in JSON.  */
  const char *journal_subject;
  int64_t journal_size;
  const char *name;
  const char *cgroup_procs[MON_MAX_CGROUPS];
  size_t cgroup_procs_count;
  size_t exit_arguments, exit_environment;
};

/* Decode the LENGTH bytes at BYTES, 8-byte aligned. False where they are no settings.  */
bool mon_decode_settings (const void *bytes, size_t length, struct mon_settings *settings);

/* Fill ARGV and ENVP, which have room for the counts in SETTINGS and a NULL each.  */
void mon_decode_exit_command (const void *bytes, const char **argv, const char **envp);

#endif
