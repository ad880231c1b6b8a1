#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "monitor.h"
#include "state.h"

#define MOST_CLIENTS 1024
/* From here on whoever writes to a client waits.  */
#define BEHIND (256 * 1024)
/* How far one may be behind for whom nobody waits.  */
#define PATIENCE (16 * 1024 * 1024)
#define SMALL_INPUT 4080 /* with malloc's own, a page */

/* The queue.  */

static bool
reserve (struct mon_queue *queue, size_t length)
{
  if (queue->capacity - queue->start - queue->length >= length)
    return true;
  size_t capacity = queue->capacity < 65536 ? 65536 : queue->capacity;
  while (capacity < queue->length + length)
    capacity *= 2;
  char *bytes = capacity == queue->capacity ? queue->bytes : malloc (capacity);
  if (bytes == NULL)
    return false;
  memmove (bytes, queue->bytes + queue->start, queue->length);
  if (bytes != queue->bytes)
    free (queue->bytes);
  queue->bytes = bytes;
  queue->start = 0;
  queue->capacity = capacity;
  return true;
}

static bool
enqueue (struct mon_queue *queue, const void *bytes, size_t length)
{
  if (length == 0)
    return true;
  if (!reserve (queue, length))
    return false;
  memcpy (queue->bytes + queue->start + queue->length, bytes, length);
  queue->length += length;
  return true;
}

/* SENT bytes have left: find out where in which frame that is.  */
static void
advance (struct mon_queue *queue, size_t sent)
{
  while (sent > 0)
    {
      if (queue->boundary == 0)
        {
          struct mon_frame frame;
          memcpy (&frame, queue->bytes + queue->start, sizeof frame);
          queue->boundary = sizeof frame + frame.size;
        }
      size_t step = sent < queue->boundary ? sent : queue->boundary;
      queue->start += step;
      queue->length -= step;
      queue->boundary -= step;
      sent -= step;
    }
}

static void
drop (struct mon_client *client)
{
  if (client->fd >= 0)
    close (client->fd);
  client->fd = -1;
}

/* Send what waits.  */
static void
flush (struct mon_client *client)
{
  struct mon_queue *queue = &client->queue;
  while (queue->length > 0)
    {
      ssize_t sent = send (client->fd, queue->bytes + queue->start, queue->length,
                           MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR)
        continue;
      if (sent < 0 && errno == EAGAIN)
        return;
      if (sent < 0)
        return drop (client);
      advance (queue, (size_t)sent);
    }
  queue->start = 0;
  if (client->leaving)
    drop (client);
}

void
mon_send (struct mon_client *client, struct mon_frame frame, const void *payload)
{
  struct iovec parts[] = { { &frame, sizeof frame }, { (void *)(uintptr_t)payload, frame.size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = frame.size > 0 ? 2 : 1 };
  ssize_t sent = 0;
  if (client->fd < 0 || client->leaving)
    return;
  if (client->queue.length == 0)
    {
      do
        sent = sendmsg (client->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
      while (sent < 0 && errno == EINTR);
      if (sent < 0 && errno != EAGAIN)
        return drop (client);
      if (sent < 0)
        sent = 0;
    }
  size_t head = (size_t)sent < sizeof frame ? (size_t)sent : sizeof frame;
  size_t body = (size_t)sent - head;
  if (sent > 0)
    client->queue.boundary = sizeof frame + frame.size - (size_t)sent;
  if (!enqueue (&client->queue, (const char *)&frame + head, sizeof frame - head)
      || !enqueue (&client->queue, (const char *)payload + body, frame.size - body))
    drop (client);
}

bool
mon_is_behind (const struct mon_client *client)
{
  return client->fd >= 0 && client->queue.length > BEHIND;
}

bool
mon_is_held (const struct monitor *monitor)
{
  if (monitor->hold_until != 0)
    return true;
  for (const struct mon_client *client = monitor->clients; client != NULL; client = client->next)
    if ((client->attached & MON_ATTACH_LOSSLESS) && mon_is_behind (client))
      return true;
  return false;
}

void
mon_dismiss (struct mon_client *client, enum mon_goodbye reason)
{
  mon_send (client, (struct mon_frame){ .type = MON_GOODBYE, .value = (int32_t)reason }, NULL);
  client->leaving = true;
  if (client->fd >= 0 && client->queue.length == 0)
    drop (client);
}

/* What has not been sent is of no use to one who misses what follows; but the frame that is half
   sent must be complete for the goodbye to be read.  */
static void
send_away (struct mon_client *client)
{
  struct mon_queue rest = { 0 }, *queue = &client->queue;
  client->attached = 0;
  if (!enqueue (&rest, queue->bytes + queue->start, queue->boundary))
    return drop (client);
  rest.boundary = queue->boundary;
  free (queue->bytes);
  *queue = rest;
  mon_dismiss (client, MON_TOO_SLOW);
}

void
mon_broadcast_output (struct monitor *monitor, int stream, const char *bytes, size_t length)
{
  const struct mon_frame frame
      = { .size = (uint32_t)length, .type = MON_OUTPUT, .flags = (uint16_t)stream };
  uint16_t wanted = stream == 1 ? MON_ATTACH_STDOUT : MON_ATTACH_STDERR;
  for (struct mon_client *client = monitor->clients; client != NULL; client = client->next)
    {
      if (!(client->attached & wanted))
        continue;
      if (!(client->attached & MON_ATTACH_LOSSLESS) && client->queue.length > PATIENCE)
        send_away (client);
      else
        mon_send (client, frame, bytes);
    }
}

void
mon_announce_end (struct monitor *monitor)
{
  bool for_good = monitor->container.phase == MON_CONTAINER_ENDED;
  char *bytes = NULL;
  struct mon_text text = { 0 };
  for (struct mon_client *client = monitor->clients; client != NULL; client = client->next)
    {
      bool waited = client->waits && (for_good || client->waits_for_next);
      if (client->attached == 0 && !waited)
        continue;
      if (bytes == NULL)
        {
          text = mon_describe_state (monitor);
          bytes = text.bytes;
        }
      struct mon_frame frame = { .size = (uint32_t)text.length, .type = MON_STATE };
      frame.id = client->attach_id;
      if (client->attached != 0)
        mon_send (client, frame, bytes);
      client->attached = 0;
      frame.id = client->wait_id;
      if (waited)
        mon_send (client, frame, bytes);
      client->waits = client->waits && !waited;
    }
  free (bytes);
}

/* Reading.  */

static bool
grow_input (struct mon_client *client, size_t needed)
{
  size_t capacity = needed < SMALL_INPUT ? SMALL_INPUT : needed;
  if (client->input_capacity >= capacity)
    return true;
  char *input = malloc (capacity);
  if (input == NULL)
    return false;
  memcpy (input, client->input, client->input_length);
  free (client->input);
  client->input = input;
  client->input_capacity = capacity;
  return true;
}

/* Serve the requests that are there. The buffer shrinks again after a large one.  */
static void
serve_input (struct monitor *monitor, struct mon_client *client)
{
  size_t at = 0, needed = 0;
  client->blocked = false;
  while (client->fd >= 0 && !client->leaving)
    {
      struct mon_frame frame;
      enum mon_parsed parsed = mon_parse_request (client->input + at, client->input_length - at,
                                                  client->greeted, &frame, &needed);
      if (parsed == MON_FRAME_BAD)
        return mon_dismiss (client, MON_BAD_FRAME);
      if (parsed == MON_FRAME_PARTIAL)
        break;
      if (!mon_serve (monitor, client, &frame, client->input + at + sizeof frame))
        {
          client->blocked = true;
          break;
        }
      at += needed;
    }
  client->input_length -= at;
  memmove (client->input, client->input + at, client->input_length);
  if (client->fd >= 0 && !grow_input (client, needed))
    drop (client);
  if (client->input_length == 0 && client->input_capacity > SMALL_INPUT)
    {
      free (client->input);
      client->input = NULL;
      client->input_capacity = 0;
    }
}

static void
hear (struct monitor *monitor, void *subject, short revents)
{
  struct mon_client *client = subject;
  if (client->fd < 0)
    return;
  if (revents & POLLOUT)
    flush (client);
  if (client->fd < 0 || !(revents & (POLLIN | POLLHUP | POLLERR)))
    return;
  if (!grow_input (client, SMALL_INPUT))
    return drop (client);
  ssize_t got = recv (client->fd, client->input + client->input_length,
                      client->input_capacity - client->input_length, MSG_DONTWAIT);
  if (got < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (got <= 0)
    return drop (client);
  client->input_length += (size_t)got;
  serve_input (monitor, client);
}

/* The reader of CLIENT's input has room again.  */
static void
resume (struct monitor *monitor, void *subject, short revents)
{
  struct mon_client *client = subject;
  (void)revents;
  if (client->fd >= 0 && client->blocked)
    serve_input (monitor, client);
}

/* Only the uid that owns the container; the socket's mode says so too, but for root.  */
static bool
is_owner (int fd)
{
  struct ucred peer;
  socklen_t length = sizeof peer;
  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 && peer.uid == geteuid ();
}

static size_t
count_clients (const struct monitor *monitor)
{
  size_t count = 0;
  for (const struct mon_client *client = monitor->clients; client != NULL; client = client->next)
    count++;
  return count;
}

static void
welcome (struct monitor *monitor, void *subject, short revents)
{
  (void)subject;
  (void)revents;
  int fd = accept4 (monitor->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (fd < 0)
    return;
  struct mon_client *client = is_owner (fd) ? malloc (sizeof *client) : NULL;
  if (client == NULL)
    {
      close (fd);
      return;
    }
  *client = (struct mon_client){ .fd = fd, .next = monitor->clients };
  monitor->clients = client;
}

void
mon_watch_clients (struct monitor *monitor)
{
  if (monitor->listener >= 0 && count_clients (monitor) < MOST_CLIENTS)
    mon_watch (monitor->listener, POLLIN, welcome, NULL);
  for (struct mon_client *client = monitor->clients; client != NULL; client = client->next)
    {
      /* One that does not read its answers is not heard either.  */
      bool heard = !client->leaving && !client->blocked && !mon_is_behind (client);
      int events = (heard ? POLLIN : 0) | (client->queue.length > 0 ? POLLOUT : 0);
      mon_watch (client->fd, (short)events, hear, client);
      int input = client->blocked ? mon_find_input (monitor, client) : -1;
      if (input >= 0)
        mon_watch (input, POLLOUT, resume, client);
      else if (client->blocked)
        mon_wake_at (1);
    }
}

void
mon_rest_clients (struct monitor *monitor)
{
  for (struct mon_client *client = monitor->clients; client != NULL; client = client->next)
    if (client->queue.length == 0)
      {
        free (client->queue.bytes);
        client->queue = (struct mon_queue){ 0 };
      }
}

void
mon_sweep_clients (struct monitor *monitor)
{
  for (struct mon_client **at = &monitor->clients; *at != NULL;)
    {
      struct mon_client *client = *at;
      /* What it wanted to write to is gone: serve that, to nowhere.  */
      if (client->blocked && mon_find_input (monitor, client) < 0)
        serve_input (monitor, client);
      if (client->fd >= 0)
        {
          at = &client->next;
          continue;
        }
      *at = client->next;
      mon_take_leave (monitor, client);
      free (client->queue.bytes);
      free (client->input);
      free (client);
    }
}
