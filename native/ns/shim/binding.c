/* The face towards JavaScript; src/binding.ts has its types. Arguments are checked there: what
   arrives here has the right type.  */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "device_filter.h"
#include "kernel.h"
#include "launcher.h"
#include "spawn_monitor.h"

enum ns_event
{
  NS_EVENT_PARKED,  /* pid */
  NS_EVENT_STARTED, /* pid, console, stdin, stdout, stderr */
  NS_EVENT_FAILED,  /* phase, index, errno, detail, signal */
  NS_EVENT_EXITED,  /* code or -1, signal, user us, system us, peak bytes or -1, wall ns */
};

#define NS_MAX_ARGUMENTS 7

static void
call_back (struct ns_process *process, const double *numbers, size_t count)
{
  napi_env env = process->launcher->env;
  napi_handle_scope scope;
  napi_value receiver, callback, exception, arguments[NS_MAX_ARGUMENTS];
  napi_open_handle_scope (env, &scope);
  napi_get_global (env, &receiver);
  napi_get_reference_value (env, process->callback, &callback);
  for (size_t i = 0; i < count; i++)
    napi_create_double (env, numbers[i], &arguments[i]);
  if (napi_make_callback (env, NULL, receiver, callback, count, arguments, NULL)
          == napi_pending_exception
      && napi_get_and_clear_last_exception (env, &exception) == napi_ok)
    napi_fatal_exception (env, exception);
  napi_close_handle_scope (env, scope);
}

void
ns_announce_outcome (struct ns_process *process)
{
  const struct ns_start *start = &process->start;
  const struct ns_report *failure = &start->failure;
  const double parked[] = { NS_EVENT_PARKED, start->pid };
  const double started[] = { NS_EVENT_STARTED, start->pid,      start->console,
                             start->stdio[0],  start->stdio[1], start->stdio[2] };
  const double failed[] = { NS_EVENT_FAILED, failure->phase,  failure->index,
                            failure->error,  failure->detail, start->signal };
  switch (start->outcome)
    {
    case NS_PARKED:
      return call_back (process, parked, sizeof parked / sizeof *parked);
    case NS_STARTED:
      return call_back (process, started, sizeof started / sizeof *started);
    case NS_FAILED:
      return call_back (process, failed, sizeof failed / sizeof *failed);
    }
}

static double
to_microseconds (struct timeval time)
{
  return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

/* exec counts the memory it leaves behind, so a peak at or below the floor is ours.  */
static double
to_peak (const struct ns_process *process, const struct rusage *usage)
{
  return usage->ru_maxrss > process->start.resident_floor ? (double)usage->ru_maxrss * 1024 : -1;
}

void
ns_announce_exit (struct ns_process *process, const siginfo_t *info, const struct rusage *usage)
{
  bool exited = info != NULL && info->si_code == CLD_EXITED;
  bool killed = info != NULL && info->si_code != CLD_EXITED;
  const double numbers[] = { NS_EVENT_EXITED,
                             exited ? info->si_status : -1,
                             killed ? info->si_status : 0,
                             to_microseconds (usage->ru_utime),
                             to_microseconds (usage->ru_stime),
                             to_peak (process, usage),
                             (double)(uv_hrtime () - process->start.started_ns) };
  call_back (process, numbers, sizeof numbers / sizeof *numbers);
}

/* Reading arguments, making results.  */

static void
take_arguments (napi_env env, napi_callback_info info, size_t count, napi_value *values)
{
  napi_get_cb_info (env, info, &count, values, NULL, NULL);
}

static int
to_int (napi_env env, napi_value value)
{
  int32_t number = -1;
  napi_get_value_int32 (env, value, &number);
  return number;
}

static napi_value
from_int (napi_env env, int number)
{
  napi_value value;
  napi_create_int32 (env, number, &value);
  return value;
}

/* A malloc'd copy, or NULL.  */
static char *
to_string (napi_env env, napi_value value)
{
  size_t length = 0;
  napi_get_value_string_utf8 (env, value, NULL, 0, &length);
  char *text = malloc (length + 1);
  if (text != NULL)
    napi_get_value_string_utf8 (env, value, text, length + 1, &length);
  return text;
}

static struct ns_process *
to_process (napi_env env, napi_value value)
{
  void *process = NULL;
  napi_get_value_external (env, value, &process);
  return process;
}

static struct ns_launcher *
get_launcher (napi_env env)
{
  void *launcher = NULL;
  napi_get_instance_data (env, &launcher);
  return launcher;
}

static napi_value
throw_errno (napi_env env, int error)
{
  napi_throw_error (env, NULL, strerror (error));
  return NULL;
}

/* Processes.  */

/* configure(imagePath)  */
static napi_value
configure (napi_env env, napi_callback_info info)
{
  napi_value value;
  take_arguments (env, info, 1, &value);
  free (get_launcher (env)->image_path);
  get_launcher (env)->image_path = to_string (env, value);
  return NULL;
}

static void
finalize_process (napi_env env, void *process, void *hint)
{
  (void)env;
  (void)hint;
  ns_release_process (process);
}

static struct ns_process *
make_process (struct ns_launcher *launcher, const void *bytes, size_t length)
{
  struct ns_process *process = calloc (1, sizeof *process);
  void *copy = malloc (length);
  if (process == NULL || copy == NULL)
    {
      free (process);
      free (copy);
      return NULL;
    }
  memcpy (copy, bytes, length);
  process->start = (struct ns_start){ .bytes = copy,
                                      .length = length,
                                      .pidfd = -1,
                                      .target = -1,
                                      .console = -1,
                                      .stdio = { -1, -1, -1 },
                                      .report = -1 };
  pthread_mutex_init (&process->start.lock, NULL);
  process->launcher = launcher;
  process->references = 2;
  process->next_any = launcher->all;
  if (launcher->all != NULL)
    launcher->all->previous_any = process;
  launcher->all = process;
  return process;
}

/* start(plan, callback): handle  */
static napi_value
start (napi_env env, napi_callback_info info)
{
  napi_value values[2], handle;
  void *bytes;
  size_t length;
  take_arguments (env, info, 2, values);
  napi_get_typedarray_info (env, values[0], NULL, &length, &bytes, NULL, NULL);
  struct ns_process *process = make_process (get_launcher (env), bytes, length);
  if (process == NULL)
    return throw_errno (env, ENOMEM);
  napi_create_reference (env, values[1], 1, &process->callback);
  napi_create_external (env, process, finalize_process, NULL, &handle);
  int error = ns_queue_process (process->launcher, process);
  if (error != 0)
    {
      ns_forget_process (process);
      return throw_errno (env, error);
    }
  return handle;
}

/* release(handle): 0 or -errno. Only once, and only while it is parked.  */
static napi_value
release (napi_env env, napi_callback_info info)
{
  napi_value value;
  take_arguments (env, info, 1, &value);
  struct ns_process *process = to_process (env, value);
  process->finishing = true;
  return from_int (env, -ns_queue_process (process->launcher, process));
}

/* abort(handle): ends a start whatever it does now; the callback says so.  */
static napi_value
abort_process (napi_env env, napi_callback_info info)
{
  napi_value value;
  take_arguments (env, info, 1, &value);
  struct ns_process *process = to_process (env, value);
  if (!process->ended)
    ns_abort_start (&process->start);
  return NULL;
}

/* takePipe(handle, stream): a descriptor, which is the caller's from here on, or -1  */
static napi_value
take_pipe (napi_env env, napi_callback_info info)
{
  napi_value values[2];
  take_arguments (env, info, 2, values);
  int *pipe = &to_process (env, values[0])->start.stdio[to_int (env, values[1])];
  int fd = *pipe;
  *pipe = -1;
  return from_int (env, fd);
}

/* kill(handle, signal): 0 or -errno  */
static napi_value
kill_process (napi_env env, napi_callback_info info)
{
  napi_value values[2];
  take_arguments (env, info, 2, values);
  struct ns_process *process = to_process (env, values[0]);
  bool running = !process->ended && process->start.pidfd >= 0;
  return from_int (env, running ? ns_signal_pidfd (process->start.pidfd, to_int (env, values[1]))
                                : -ESRCH);
}

/* Monitors.  */

/* One that is being started, on a thread of libuv's pool.  */
struct ns_spawn
{
  napi_async_work work;
  napi_ref callback;
  struct ns_monitor_request request;
  int result;
};

static void
free_spawn (napi_env env, struct ns_spawn *spawn)
{
  if (spawn->work != NULL)
    napi_delete_async_work (env, spawn->work);
  if (spawn->callback != NULL)
    napi_delete_reference (env, spawn->callback);
  free ((void *)(uintptr_t)spawn->request.image);
  free ((void *)(uintptr_t)spawn->request.init);
  free ((void *)(uintptr_t)spawn->request.settings);
  free (spawn);
}

static void
run_spawn (napi_env env, void *data)
{
  struct ns_spawn *spawn = data;
  (void)env;
  spawn->result = ns_spawn_monitor (&spawn->request);
}

static void
end_spawn (napi_env env, napi_status status, void *data)
{
  struct ns_spawn *spawn = data;
  napi_value receiver, callback, result;
  napi_get_global (env, &receiver);
  napi_get_reference_value (env, spawn->callback, &callback);
  result = from_int (env, status == napi_ok ? spawn->result : -ECANCELED);
  free_spawn (env, spawn);
  napi_call_function (env, receiver, callback, 1, &result, NULL);
}

/* spawnMonitor(monitorPath, initPath, settings, held, callback): the callback gets a socket or
   -errno  */
static napi_value
spawn_monitor (napi_env env, napi_callback_info info)
{
  napi_value values[5], name;
  void *bytes;
  size_t length;
  take_arguments (env, info, 5, values);
  napi_get_typedarray_info (env, values[2], NULL, &length, &bytes, NULL, NULL);
  struct ns_spawn *spawn = calloc (1, sizeof *spawn);
  void *copy = malloc (length);
  if (spawn == NULL || copy == NULL)
    {
      free (spawn);
      free (copy);
      return throw_errno (env, ENOMEM);
    }
  memcpy (copy, bytes, length);
  spawn->request = (struct ns_monitor_request){ .image = to_string (env, values[0]),
                                                .init = to_string (env, values[1]),
                                                .settings = copy,
                                                .length = length,
                                                .held = to_int (env, values[3]) };
  napi_create_reference (env, values[4], 1, &spawn->callback);
  napi_create_string_utf8 (env, "dockher:spawnMonitor", NAPI_AUTO_LENGTH, &name);
  if (spawn->request.image == NULL || spawn->request.init == NULL
      || napi_create_async_work (env, NULL, name, run_spawn, end_spawn, spawn, &spawn->work)
             != napi_ok
      || napi_queue_async_work (env, spawn->work) != napi_ok)
    {
      free_spawn (env, spawn);
      return throw_errno (env, ENOMEM);
    }
  return NULL;
}

/* Single calls.  */

/* openInRoot(root, path, flags, mode): fd or -errno  */
static napi_value
open_in_root (napi_env env, napi_callback_info info)
{
  napi_value values[4];
  take_arguments (env, info, 4, values);
  char *root = to_string (env, values[0]);
  char *path = to_string (env, values[1]);
  int fd = root == NULL || path == NULL
               ? -ENOMEM
               : ns_open_in_root (root, path, (uint64_t)to_int (env, values[2]),
                                  (uint64_t)to_int (env, values[3]));
  free (root);
  free (path);
  return from_int (env, fd);
}

/* tryLock(fd, shared): 0 or -errno  */
static napi_value
try_lock (napi_env env, napi_callback_info info)
{
  napi_value values[2];
  bool shared = false;
  take_arguments (env, info, 2, values);
  napi_get_value_bool (env, values[1], &shared);
  return from_int (env, ns_try_lock (to_int (env, values[0]), shared));
}

/* pidfdOpen(pid): fd or -errno  */
static napi_value
open_pidfd (napi_env env, napi_callback_info info)
{
  napi_value value;
  take_arguments (env, info, 1, &value);
  return from_int (env, ns_open_pidfd (to_int (env, value)));
}

/* pidfdSendSignal(pidfd, signal): 0 or -errno  */
static napi_value
signal_pidfd (napi_env env, napi_callback_info info)
{
  napi_value values[2];
  take_arguments (env, info, 2, values);
  return from_int (env, ns_signal_pidfd (to_int (env, values[0]), to_int (env, values[1])));
}

/* resize(fd, rows, columns): 0 or -errno  */
static napi_value
resize (napi_env env, napi_callback_info info)
{
  napi_value values[3];
  take_arguments (env, info, 3, values);
  return from_int (env, ns_resize_terminal (to_int (env, values[0]),
                                            (unsigned short)to_int (env, values[1]),
                                            (unsigned short)to_int (env, values[2])));
}

/* attachDeviceFilter(directory, program): 0 or -errno  */
static napi_value
attach_device_filter (napi_env env, napi_callback_info info)
{
  napi_value values[2];
  void *program;
  size_t length;
  take_arguments (env, info, 2, values);
  napi_get_typedarray_info (env, values[1], NULL, &length, &program, NULL, NULL);
  char *directory = to_string (env, values[0]);
  int error = directory == NULL ? -ENOMEM : ns_attach_device_filter (directory, program, length);
  free (directory);
  return from_int (env, error);
}

/* missingSystemCalls(): names  */
static napi_value
missing_calls (napi_env env, napi_callback_info info)
{
  napi_value names, text;
  const char *name;
  uint32_t count = 0;
  (void)info;
  napi_create_array (env, &names);
  for (size_t i = 0; ns_knows_call (i, &name) || name != NULL; i++)
    if (!ns_knows_call (i, &name))
      {
        napi_create_string_utf8 (env, name, NAPI_AUTO_LENGTH, &text);
        napi_set_element (env, names, count++, text);
      }
  return names;
}

NAPI_MODULE_INIT ()
{
  const napi_property_descriptor properties[] = {
    { "configure", NULL, configure, NULL, NULL, NULL, napi_enumerable, NULL },
    { "start", NULL, start, NULL, NULL, NULL, napi_enumerable, NULL },
    { "release", NULL, release, NULL, NULL, NULL, napi_enumerable, NULL },
    { "abort", NULL, abort_process, NULL, NULL, NULL, napi_enumerable, NULL },
    { "takePipe", NULL, take_pipe, NULL, NULL, NULL, napi_enumerable, NULL },
    { "kill", NULL, kill_process, NULL, NULL, NULL, napi_enumerable, NULL },
    { "spawnMonitor", NULL, spawn_monitor, NULL, NULL, NULL, napi_enumerable, NULL },
    { "openInRoot", NULL, open_in_root, NULL, NULL, NULL, napi_enumerable, NULL },
    { "tryLock", NULL, try_lock, NULL, NULL, NULL, napi_enumerable, NULL },
    { "pidfdOpen", NULL, open_pidfd, NULL, NULL, NULL, napi_enumerable, NULL },
    { "pidfdSendSignal", NULL, signal_pidfd, NULL, NULL, NULL, napi_enumerable, NULL },
    { "resize", NULL, resize, NULL, NULL, NULL, napi_enumerable, NULL },
    { "attachDeviceFilter", NULL, attach_device_filter, NULL, NULL, NULL, napi_enumerable, NULL },
    { "missingSystemCalls", NULL, missing_calls, NULL, NULL, NULL, napi_enumerable, NULL },
  };
  struct ns_launcher *launcher = ns_make_launcher (env);
  if (launcher == NULL)
    return throw_errno (env, ENOMEM);
  napi_set_instance_data (env, launcher, NULL, NULL);
  napi_define_properties (env, exports, sizeof properties / sizeof *properties, properties);
  return exports;
}
