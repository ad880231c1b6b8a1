/* The monitor of one detached container: what it holds. One thread, one loop around ppoll(2);
   nothing in it waits for anything else.  */

#ifndef MON_MONITOR_H
#define MON_MONITOR_H

#include "client.h"
#include "container.h"
#include "exec.h"
#include "health.h"
#include "journal.h"
#include "log.h"
#include "loop.h"
#include "settings.h"

struct monitor
{
  const void *bytes; /* the settings as they came */
  struct mon_settings settings;
  int image;            /* the sealed init */
  int caller;           /* who started us and wants to know of the first start, or -1 */
  int directory;        /* of the container */
  int socket_directory; /* where the socket lies */
  int listener;         /* or -1 once the container has ended */
  int lock;             /* held as long as the container's files are ours to write, or -1 */
  int held;             /* the caller's, for as long, or -1 */
  int signals;          /* a signalfd */
  int oom_counter;      /* or -1 */
  uint64_t start_ticks;
  char boot_id[40];
  struct mon_log log;
  struct mon_container container;
  struct mon_health health;
  struct mon_journal journal;
  struct mon_exec *execs;
  struct mon_client *clients;
  bool state_changed;   /* state.json says something else */
  bool end_due;         /* a run has ended: told when state.json says so */
  uint64_t hold_until;  /* how long output waits for the first who attaches, or 0 */
  bool leaving;         /* nothing is left to do but to tell those who listen */
  uint64_t retry_state; /* when to write it again, or 0 */
  uint64_t leave_at;    /* when to go whoever still listens, or 0 */
  bool dirty;           /* buffers have been used since the last rest */
};

#endif
