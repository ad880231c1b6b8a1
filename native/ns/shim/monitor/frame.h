/* The protocol of the monitor's socket; MONITOR.md draws it. Frames in the byte order of the
   machine: a header of 16 bytes and a payload of the size it names.  */

#ifndef MON_FRAME_H
#define MON_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MON_PROTOCOL_VERSION 1

/* Payloads: of a plan to execute, and of everything else.  */
#define MON_PLAN_LIMIT (1024 * 1024)
#define MON_INPUT_LIMIT (64 * 1024)

enum mon_frame_type
{
  /* To the monitor.  */
  MON_HELLO = 1, /* value: version; the first frame */
  MON_ATTACH,    /* flags: enum mon_attach_flag */
  MON_INPUT,     /* flags: enum mon_subject; payload: bytes, or nothing at the end of file */
  MON_RESIZE,    /* flags: enum mon_subject; value: rows << 16 | columns */
  MON_SIGNAL,    /* flags: enum mon_subject, MON_STAY_DOWN; value: the signal */
  MON_STOP,      /* flags: signal, or 0 for the container's; value: milliseconds, -1 for ever */
  MON_WAIT,      /* flags: enum mon_wait */
  MON_EXEC,      /* flags: enum mon_exec_flag; payload: its id with MON_IDENTIFIED; plan, parked */
  MON_STATUS,
  MON_SET_POLICY, /* flags: enum mon_restart; value: retries or 0 */
  MON_SET_NAME,   /* payload: what the journal calls the container from now on */
  MON_REQUEST_END,

  /* From the monitor.  */
  MON_WELCOME = 64, /* value: version */
  MON_DONE,         /* the request with this id */
  MON_REFUSED,      /* the same; value: errno; payload: struct mon_refusal for a start */
  MON_OUTPUT,       /* flags: 1 or 2, the stream; payload: bytes */
  MON_STARTED,      /* the exec with this id; value: pid */
  MON_EXEC_ENDED,   /* the same; value: exit code, flags: signal */
  MON_STATE,        /* answers ATTACH at its end, WAIT and STATUS; payload: JSON */
  MON_GOODBYE,      /* value: enum mon_goodbye; the last frame */
};

enum mon_attach_flag
{
  MON_ATTACH_STDIN = 1,
  MON_ATTACH_STDOUT = 2,
  MON_ATTACH_STDERR = 4,
  MON_ATTACH_LOSSLESS = 8, /* the container waits for this client; else a slow one is sent away */
  MON_ATTACH_FLAGS = 15,
};

enum mon_subject
{
  MON_CONTAINER = 0,
  MON_OWN_EXEC = 1,
  MON_STAY_DOWN = 2, /* with MON_SIGNAL: no restart after this */
};

enum mon_wait
{
  MON_WAIT_END,  /* ended for good */
  MON_WAIT_NEXT, /* the end of this run */
};

enum mon_exec_flag
{
  MON_DETACHED = 1,
  MON_IDENTIFIED = 2, /* the journal tells of its end */
};

enum mon_goodbye
{
  MON_TOO_SLOW = 1,
  MON_BAD_FRAME,
  MON_ENDED, /* the container, for good */
};

struct mon_frame
{
  uint32_t size; /* of the payload, bytes */
  uint16_t type;
  uint16_t flags;
  uint32_t id; /* the client's, comes back with the answer */
  int32_t value;
};

/* Why a start failed: enum ns_phase and what struct ns_report has besides.  */
struct mon_refusal
{
  uint32_t phase;
  int32_t index;
  int32_t error;
  uint32_t detail;
  int32_t signal;
};

enum mon_parsed
{
  MON_FRAME_BAD,
  MON_FRAME_PARTIAL, /* more bytes are needed, see *needed */
  MON_FRAME_WHOLE,
};

/* Read the request at BYTES, of which LENGTH are there: its header to FRAME, whose payload follows
   it. *NEEDED is how many bytes header and payload take, as far as is known. A client that has not
   greeted may only do that.  */
enum mon_parsed mon_parse_request (const void *bytes, size_t length, bool greeted,
                                   struct mon_frame *frame, size_t *needed);

#endif
