/* What clients ask for.  */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../plan.h"
#include "monitor.h"
#include "state.h"

/* ERROR is 0 or an errno.  */
static void
answer (struct mon_client *client, const struct mon_frame *request, int error)
{
  mon_send (client,
            (struct mon_frame){
                .type = error == 0 ? MON_DONE : MON_REFUSED, .id = request->id, .value = error },
            NULL);
}

/* The process that FRAME is about, or NULL.  */
static struct mon_process *
find_subject (struct monitor *monitor, const struct mon_client *client,
              const struct mon_frame *frame)
{
  if (!(frame->flags & MON_OWN_EXEC))
    return &monitor->container.process;
  return client->exec == NULL ? NULL : &client->exec->process;
}

static int *
find_stdin (struct monitor *monitor, const struct mon_client *client, bool own_exec)
{
  if (own_exec)
    return client->exec == NULL ? NULL : mon_find_stream (&client->exec->process, 0);
  return client->attached & MON_ATTACH_STDIN ? mon_find_stream (&monitor->container.process, 0)
                                             : NULL;
}

int
mon_find_input (struct monitor *monitor, const struct mon_client *client)
{
  const struct mon_frame *frame = (const void *)client->input;
  const int *fd = find_stdin (monitor, client, frame->flags & MON_OWN_EXEC);
  return fd == NULL ? -1 : *fd;
}

/* A terminal's end of file is a character that its user types.  */
static void
end_input (const struct mon_process *process, int *fd)
{
  if (fd != &process->start.console)
    close (*fd), *fd = -1;
}

static bool
serve_input (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame,
             const char *payload)
{
  bool own_exec = frame->flags & MON_OWN_EXEC;
  int *fd = find_stdin (monitor, client, own_exec);
  if (fd != NULL && frame->size == 0
      && (own_exec || monitor->settings.stdin_mode == MON_STDIN_ONCE))
    end_input (find_subject (monitor, client, frame), fd);
  while (fd != NULL && client->consumed < frame->size)
    {
      ssize_t written = write (*fd, payload + client->consumed, frame->size - client->consumed);
      if (written >= 0)
        client->consumed += (size_t)written;
      else if (errno == EAGAIN)
        return false;
      else if (errno != EINTR)
        break; /* its reader is gone */
    }
  client->consumed = 0;
  return true;
}

static int
resize (const struct monitor *monitor, const struct mon_process *process, uint32_t size)
{
  if (process == NULL || !mon_has_console (process))
    return ENOTTY;
  struct winsize window
      = { .ws_row = (unsigned short)(size >> 16), .ws_col = (unsigned short)(size & 0xffff) };
  if (ioctl (process->start.console, TIOCSWINSZ, &window) < 0)
    return errno;
  if (process == &monitor->container.process)
    mon_tell_resize (monitor, window.ws_row, window.ws_col);
  return 0;
}

static int
send_signal (struct monitor *monitor, const struct mon_client *client,
             const struct mon_frame *frame)
{
  struct mon_process *process = find_subject (monitor, client, frame);
  int error = ESRCH;
  if (process == &monitor->container.process)
    error = mon_signal_container (monitor, frame->value);
  else if (process != NULL)
    error = mon_signal_process (process, frame->value);
  if (error == 0 && (frame->flags & MON_STAY_DOWN))
    monitor->container.stay_down = true;
  return error;
}

static int
attach (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame)
{
  if (client->attached != 0)
    return EBUSY;
  if (monitor->container.phase == MON_CONTAINER_ENDED)
    return ESRCH;
  if ((frame->flags & MON_ATTACH_STDIN) && monitor->settings.stdin_mode == MON_STDIN_NONE)
    return ENXIO;
  client->attached = frame->flags == 0 ? MON_ATTACH_STDOUT | MON_ATTACH_STDERR : frame->flags;
  client->attach_id = frame->id;
  monitor->hold_until = 0;
  return 0;
}

/* The answer comes at the end, which may be now.  */
static void
await_end (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame)
{
  if (client->waits)
    return answer (client, frame, EBUSY);
  client->waits = true;
  client->waits_for_next = frame->flags == MON_WAIT_NEXT;
  client->wait_id = frame->id;
  if (monitor->container.phase == MON_CONTAINER_ENDED)
    mon_announce_end (monitor);
}

static void
execute (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame,
         const char *payload)
{
  int error = EINVAL;
  const char *id = frame->flags & MON_IDENTIFIED ? payload : NULL;
  size_t before = id == NULL ? 0 : MON_EXEC_ID;
  if (frame->size <= before || (id != NULL && !mon_is_plain (id, MON_EXEC_ID)))
    return answer (client, frame, EINVAL);
  size_t length = frame->size - before;
  /* The check wants it aligned.  */
  char *plan = malloc (length);
  if (plan == NULL)
    return answer (client, frame, ENOMEM);
  __builtin_memcpy (plan, payload + before, length);
  const struct ns_header *header = (const void *)plan;
  if (ns_check_plan (plan, length) > 0 && (header->flags & NS_PARK))
    error = mon_start_exec (monitor, client, frame, id, (struct mon_plan_bytes){ plan, length });
  free (plan);
  if (error != 0)
    answer (client, frame, error);
}

static void
describe (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame)
{
  struct mon_text text = mon_describe_state (monitor);
  mon_send (client,
            (struct mon_frame){ .size = (uint32_t)text.length, .type = MON_STATE, .id = frame->id },
            text.bytes);
  free (text.bytes);
}

bool
mon_serve (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame,
           const char *payload)
{
  struct mon_settings *settings = &monitor->settings;
  switch ((enum mon_frame_type)frame->type)
    {
    case MON_HELLO:
      client->greeted = true;
      mon_send (
          client,
          (struct mon_frame){ .type = MON_WELCOME, .id = frame->id, .value = MON_PROTOCOL_VERSION },
          NULL);
      break;
    case MON_ATTACH:
      answer (client, frame, attach (monitor, client, frame));
      break;
    case MON_INPUT:
      return serve_input (monitor, client, frame, payload);
    case MON_RESIZE:
      answer (client, frame,
              resize (monitor, find_subject (monitor, client, frame), (uint32_t)frame->value));
      break;
    case MON_SIGNAL:
      answer (client, frame, send_signal (monitor, client, frame));
      break;
    case MON_STOP:
      mon_stop_container (monitor, frame->flags == 0 ? settings->stop_signal : frame->flags,
                          frame->value);
      answer (client, frame, 0);
      break;
    case MON_WAIT:
      await_end (monitor, client, frame);
      break;
    case MON_EXEC:
      execute (monitor, client, frame, payload);
      break;
    case MON_STATUS:
      describe (monitor, client, frame);
      break;
    case MON_SET_POLICY:
      settings->restart = (enum mon_restart)frame->flags;
      settings->retries = (uint64_t)frame->value;
      answer (client, frame, 0);
      break;
    case MON_SET_NAME:
      answer (client, frame, mon_name_container (monitor, payload, frame->size));
      break;
    default:
      break;
    }
  return true;
}

void
mon_take_leave (struct monitor *monitor, struct mon_client *client)
{
  struct mon_process *process = &monitor->container.process;
  for (struct mon_exec *exec = monitor->execs; exec != NULL; exec = exec->next)
    if (exec->owner == client)
      {
        int *fd = mon_find_stream (&exec->process, 0);
        if (fd != NULL)
          end_input (&exec->process, fd);
        exec->owner = NULL;
      }
  int *fd = mon_find_stream (process, 0);
  if ((client->attached & MON_ATTACH_STDIN) && fd != NULL
      && monitor->settings.stdin_mode == MON_STDIN_ONCE)
    end_input (process, fd);
}
