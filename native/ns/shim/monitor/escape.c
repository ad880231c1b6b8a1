/* JSON strings as Go's encoding/json writes them, which is what readers of Docker's logs know.
   Sixteen bytes at a time where nothing needs an escape.  */

#include <string.h>

#include "text.h"

typedef uint8_t vector __attribute__ ((vector_size (16)));

static const char digits[] = "0123456789abcdef";

/* How many of 16 bytes need no closer look, up to the first that does: a control character, a
   quote, a backslash, what Go escapes for HTML, or anything but ASCII.  */
static size_t
count_plain (vector v)
{
  vector care = (vector)(v < 0x20) | (vector)(v >= 0x80) | (vector)(v == '"') | (vector)(v == '\\')
                | (vector)(v == '<') | (vector)(v == '>') | (vector)(v == '&');
  uint64_t halves[2];
  __builtin_memcpy (halves, &care, sizeof halves);
  if (halves[0] != 0)
    return (size_t)__builtin_ctzll (halves[0]) / 8;
  return halves[1] != 0 ? 8 + (size_t)__builtin_ctzll (halves[1]) / 8 : 16;
}

/* The length of the character of UTF-8 at BYTES, which is not ASCII, as far as LENGTH goes: 0 where
   there is none; more than LENGTH where it may be cut off.  */
static size_t
measure_character (const uint8_t *bytes, size_t length)
{
  uint8_t first = bytes[0], low = 0x80, high = 0xbf;
  size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (first == 0xe0)
    low = 0xa0; /* shorter forms exist */
  else if (first == 0xed)
    high = 0x9f; /* surrogates */
  else if (first == 0xf0)
    low = 0x90;
  else if (first == 0xf4)
    high = 0x8f; /* above U+10FFFF */
  for (size_t i = 1; i < size && i < length; i++)
    {
      if (bytes[i] < low || bytes[i] > high)
        return 0;
      low = 0x80;
      high = 0xbf;
    }
  return size;
}

static char *
put_escape (char *to, uint8_t byte)
{
  *to++ = '\\';
  if (byte == '"' || byte == '\\')
    *to++ = (char)byte;
  else if (byte == '\n')
    *to++ = 'n';
  else if (byte == '\r')
    *to++ = 'r';
  else
    {
      __builtin_memcpy (to, "u00", 3);
      to[3] = digits[byte >> 4];
      to[4] = digits[byte & 15];
      to += 5;
    }
  return to;
}

/* U+2028 and U+2029 end a line in JavaScript.  */
static bool
is_separator (const uint8_t *bytes, size_t size)
{
  return size == 3 && bytes[0] == 0xe2 && bytes[1] == 0x80 && (bytes[2] & 0xfe) == 0xa8;
}

static char *
put_character (char *to, const uint8_t *bytes, size_t size)
{
  if (size == 0)
    {
      memcpy (to, "\\ufffd", 6);
      return to + 6;
    }
  if (is_separator (bytes, size))
    {
      memcpy (to, "\\u2028", 6);
      to[5] = (char)('8' + (bytes[2] & 1));
      return to + 6;
    }
  for (size_t i = 0; i < size; i++)
    to[i] = (char)bytes[i];
  return to + size;
}

char *
mon_escape (char *to, const char *bytes, size_t length)
{
  const uint8_t *at = (const uint8_t *)bytes, *end = at + length;
  while (at < end)
    {
      vector v;
      __builtin_memcpy (&v, at, sizeof v);
      size_t left = (size_t)(end - at), plain = count_plain (v);
      if (plain > left)
        plain = left;
      __builtin_memcpy (to, &v, sizeof v);
      at += plain;
      to += plain;
      if (plain == sizeof v || plain == left)
        continue;
      if (*at < 0x80)
        {
          do
            to = put_escape (to, *at++);
          while (at < end && *at < 0x20);
          continue;
        }
      left -= plain;
      size_t size = measure_character (at, left);
      if (size > left)
        size = 0;
      to = put_character (to, at, size);
      at += size == 0 ? 1 : size;
    }
  return to;
}

size_t
mon_whole_characters (const char *bytes, size_t length)
{
  const uint8_t *at = (const uint8_t *)bytes;
  for (size_t back = 1; back <= 3 && back <= length; back++)
    if (at[length - back] >= 0xc0)
      return measure_character (at + length - back, back) > back ? length - back : length;
    else if (at[length - back] < 0x80)
      break;
  return length;
}
