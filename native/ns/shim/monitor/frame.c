#include "frame.h"

#include "journal.h"

#define LAST_SIGNAL 64

/* What each request may hold.  */
static const struct rule
{
  uint32_t smallest, largest; /* payload */
  uint16_t flags;
  int32_t low, high; /* value */
} rules[MON_REQUEST_END] = {
  [MON_HELLO] = { 0, 0, 0, 1, INT32_MAX },
  [MON_ATTACH] = { 0, 0, MON_ATTACH_FLAGS, 0, 0 },
  [MON_INPUT] = { 0, MON_INPUT_LIMIT, MON_OWN_EXEC, 0, 0 },
  [MON_RESIZE] = { 0, 0, MON_OWN_EXEC, INT32_MIN, INT32_MAX },
  [MON_SIGNAL] = { 0, 0, MON_OWN_EXEC | MON_STAY_DOWN, 0, LAST_SIGNAL },
  [MON_STOP] = { 0, 0, 127, -1, INT32_MAX },
  [MON_WAIT] = { 0, 0, MON_WAIT_NEXT, 0, 0 },
  [MON_EXEC] = { 1, MON_EXEC_ID + MON_PLAN_LIMIT, MON_DETACHED | MON_IDENTIFIED, 0, 0 },
  [MON_STATUS] = { 0, 0, 0, 0, 0 },
  [MON_SET_POLICY] = { 0, 0, 3, 0, INT32_MAX },
  [MON_SET_NAME] = { 1, MON_LONGEST_NAME, 0, 0, 0 },
};

static bool
is_allowed (const struct mon_frame *frame, bool greeted)
{
  if (frame->type == 0 || frame->type >= MON_REQUEST_END || greeted == (frame->type == MON_HELLO))
    return false;
  const struct rule *rule = &rules[frame->type];
  if (frame->size < rule->smallest || frame->size > rule->largest
      || (frame->flags & ~rule->flags) != 0 || frame->value < rule->low
      || frame->value > rule->high)
    return false;
  return frame->type != MON_STOP || frame->flags <= LAST_SIGNAL;
}

enum mon_parsed
mon_parse_request (const void *bytes, size_t length, bool greeted, struct mon_frame *frame,
                   size_t *needed)
{
  *needed = sizeof *frame;
  if (length < sizeof *frame)
    return MON_FRAME_PARTIAL;
  __builtin_memcpy (frame, bytes, sizeof *frame);
  if (!is_allowed (frame, greeted))
    return MON_FRAME_BAD;
  *needed += frame->size;
  return length < *needed ? MON_FRAME_PARTIAL : MON_FRAME_WHOLE;
}
