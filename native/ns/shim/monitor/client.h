/* A connection to the monitor's socket.  */

#ifndef MON_CLIENT_H
#define MON_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frame.h"

struct monitor;
struct mon_exec;

/* Bytes that wait to be sent.  */
struct mon_queue
{
  char *bytes;
  size_t start, length, capacity;
  size_t boundary; /* how many belong to the frame that is partly sent */
};

struct mon_client
{
  struct mon_client *next;
  int fd; /* or -1: it is gone, and forgotten at the end of the turn */
  bool greeted;
  bool leaving; /* nothing more is read; it goes when all is sent */
  char *input;
  size_t input_length, input_capacity;
  size_t consumed; /* of the payload of a MON_INPUT that its reader has no room for yet */
  bool blocked;    /* because of that */
  struct mon_queue queue;
  uint16_t attached; /* enum mon_attach_flag, 0 where it is not */
  uint32_t attach_id;
  bool waits, waits_for_next;
  uint32_t wait_id;
  struct mon_exec *exec; /* its own, or NULL */
};

/* Queue a frame; it leaves at once where there is room.  */
void mon_send (struct mon_client *client, struct mon_frame frame, const void *payload);
/* Whether CLIENT has so much to read still that its sources must wait.  */
bool mon_is_behind (const struct mon_client *client);
/* Whether somebody for whom the container waits is behind.  */
bool mon_is_held (const struct monitor *monitor);

/* What the container wrote to STREAM, to all who are attached.  */
void mon_broadcast_output (struct monitor *monitor, int stream, const char *bytes, size_t length);
/* A run has ended, or the container has: tell whoever waits for that.  */
void mon_announce_end (struct monitor *monitor);
/* Let CLIENT go when it has been sent everything.  */
void mon_dismiss (struct mon_client *client, enum mon_goodbye reason);

void mon_watch_clients (struct monitor *monitor);
/* Give back the memory of queues that are empty.  */
void mon_rest_clients (struct monitor *monitor);
/* Forget those that are gone.  */
void mon_sweep_clients (struct monitor *monitor);

/* request.c: carry out the request in FRAME. False where it has to wait for room.  */
bool mon_serve (struct monitor *monitor, struct mon_client *client, const struct mon_frame *frame,
                const char *payload);
/* request.c: where input of CLIENT that waits for room would go, or -1.  */
int mon_find_input (struct monitor *monitor, const struct mon_client *client);
/* request.c: CLIENT is gone.  */
void mon_take_leave (struct monitor *monitor, struct mon_client *client);

#endif
