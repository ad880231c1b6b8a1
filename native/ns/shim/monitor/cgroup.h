/* The container's control groups, as far as the monitor needs them.  */

#ifndef MON_CGROUP_H
#define MON_CGROUP_H

#include "settings.h"

/* What counts how often the kernel's OOM killer has struck in there, or -1; POLLPRI says on cgroup
   v2 that it is to be read again.  */
int mon_open_oom_counter (const struct mon_settings *settings);
/* One that cannot be read, for its group is gone, is closed.  */
uint64_t mon_count_oom_kills (int *counter);
/* Kill what is left in there. True where nothing is, or nobody can tell.  */
bool mon_kill_rest (const struct mon_settings *settings);
/* Whether somebody has frozen what is in there.  */
bool mon_is_frozen (const struct mon_settings *settings);
/* Let what is frozen in there go on, where that takes more than a signal.  */
void mon_thaw (const struct mon_settings *settings);
/* Move this process. Returns 0 or an errno; *INDEX says which.  */
int mon_join_cgroups (const struct mon_settings *settings, int *index);

#endif
