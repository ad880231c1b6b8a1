/* The queue between the event loop and the start threads of one environment (the main thread, or a
   worker_threads Worker). The loop never blocks: it queues a start and gets it back through a
   uv_async.  */

#ifndef NS_LAUNCHER_H
#define NS_LAUNCHER_H

#include <node_api.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <uv.h>

#include "start.h"

/* More would only queue up in the kernel, which makes namespaces one by one.  */
#define NS_MAX_THREADS 4

struct ns_launcher;

/* A start as the event loop sees it.  */
struct ns_process
{
  struct ns_start start;
  struct ns_launcher *launcher;
  struct ns_process *next;     /* in the queue, or among what is done */
  struct ns_process *next_any; /* in the launcher's list of all */
  struct ns_process *previous_any;
  napi_ref callback;
  bool queued;         /* a start thread has it, or will */
  bool finishing;      /* to be released rather than started */
  bool ended;          /* nothing will happen to it any more */
  unsigned references; /* JavaScript's handle, and the launcher until it has ended */
};

struct ns_thread
{
  pthread_t id;
  struct ns_launcher *launcher;
  struct ns_thread_memory memory;
};

struct ns_launcher
{
  napi_env env;
  uv_async_t wake;
  unsigned pending; /* starts that the loop waits for: they keep it alive */
  int exits;        /* an epoll of the pidfds of all that run */
  uv_poll_t exits_poll;
  unsigned running; /* they keep the loop alive as well */
  struct ns_process *all;
  napi_async_cleanup_hook_handle cleanup;
  unsigned closing_handles;

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t work;
  struct ns_process *queue, **queue_end;
  struct ns_process *done, **done_end;
  struct ns_thread threads[NS_MAX_THREADS];
  unsigned thread_count, idle_count;
  bool stopping;
  int image; /* the sealed init, or -1 before the first start */
  char *image_path;
};

/* Make the launcher of ENV; its threads start with the first process.  */
struct ns_launcher *ns_make_launcher (napi_env env);
/* Queue PROCESS. Returns 0 or an errno where there is no thread to run it.  */
int ns_queue_process (struct ns_launcher *launcher, struct ns_process *process);
/* Drop one reference.  */
void ns_release_process (struct ns_process *process);
/* Nothing more will happen to PROCESS: forget it.  */
void ns_forget_process (struct ns_process *process);
/* binding.c: tell JavaScript what became of PROCESS.  */
void ns_announce_outcome (struct ns_process *process);
void ns_announce_exit (struct ns_process *process, const siginfo_t *info,
                       const struct rusage *usage);

#endif
