/* What one turn of the loop waits for. Everything says so anew at each turn, so that nothing has to
   be taken back when it goes.  */

#ifndef MON_LOOP_H
#define MON_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct monitor;

/* REVENTS as poll(2) gives them.  */
typedef void mon_handler (struct monitor *monitor, void *subject, short revents);

/* Forget what the last turn waited for.  */
void mon_begin_turn (void);
/* Wait for EVENTS on FD. Where there are more than fit, those that come too late wait for the next
   turn.  */
void mon_watch (int fd, short events, mon_handler *handle, void *subject);
/* Wait no longer than until DEADLINE (mon_now); 0 is never.  */
void mon_wake_at (uint64_t deadline);
/* Wait, and call the handlers of what has happened.  */
void mon_end_turn (struct monitor *monitor);

#endif
